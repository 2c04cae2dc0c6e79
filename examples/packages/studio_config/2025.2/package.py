name = "studio_config"

version = "2025.2"

with scope("config") as c:
    c.release_packages_path = "/studio/packages"
    c.package_filter = {"excludes": ["after(1760000000)"]}


def commands():
    env.STUDIO = "example"
