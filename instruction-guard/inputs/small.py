name = 'imath'
version = '3.1.9'
requires = ['platform-linux', 'arch-x86_64', 'python-3.9']
timestamp = 1650000000
