import platform

name = 'render_env'
version = '1.0.0000'
requires = ['python-3.9+']

if platform.system() == 'Windows':
    requires.append('vc-0000')
else:
    requires.append('gcc-0000')


@early()
def variants():
    return [['maya_0000-%d' % year] for year in range(2023, 2026)]
