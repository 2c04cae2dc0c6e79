name = 'imath'
version = '3.1.0000'
requires = ['platform-linux', 'arch-x86_64', 'python-3.0000']
timestamp = 1650000000
