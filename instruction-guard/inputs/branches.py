import platform

name = 'render_0000'
version = '1.0.0000'
requires = ['python-3.0000+']

if platform.system() == 'Windows':
    requires.append('vc-14.3')
else:
    requires.append('gcc-11')


@early()
def variants():
    return [['maya-%d' % year] for year in range(2023, 2026)]
