import platform

name = 'render_env'
version = '1.0.0'
requires = ['python-3.9+']

if platform.system() == 'Windows':
    requires.append('vc-14.3')
else:
    requires.append('gcc-11')


@early()
def variants():
    return [['maya-%d' % year] for year in range(2023, 2026)]
