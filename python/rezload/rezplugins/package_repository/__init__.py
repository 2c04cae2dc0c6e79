"""Where rez looks for plugins in an installed package; see rez/plugin_managers.py."""
