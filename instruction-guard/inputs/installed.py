# -*- coding: utf-8 -*-

name = 'lut_0000'

version = '1.4.0000'

description = \
    """
    Reads, writes and converts look-up tables, 0000.
    """

authors = ['color_0000', 'pipeline']

requires = [
    'python-3.9+<4',
    'openexr-3.0000',
    'opencolorio-2.1|2.2',
    '~maya-2024',
    '!qt-4',
]

variants = [
    ['platform-linux', 'arch-x86_64', 'os-Rocky-9.3', 'gcc-11.0000'],
    ['platform-windows', 'arch-AMD64', 'os-windows-10.0.19045', 'vc-14.3'],
]

tools = ['lutconv', 'lutview_0000']

uuid = '3c2f9d0e-5b57-4c52-9d3b-0a6a7ce90000'

config = {
    'release_packages_path': '/sw/0000/packages',
    'plugins': {'release_vcs': {'git': {'allow_no_upstream': True}}},
}

def commands():
    import os

    env.PATH.append('{root}/0000/bin')
    env.PYTHONPATH.append('{root}/python')
    if system.platform == 'windows':
        env.LUT_CACHE = os.path.join('{env.TEMP}', 'luts')
    for variant in ('a', 'b'):
        alias('lut_' + variant, f'lutconv --mode {variant}')

timestamp = 1700000000

revision = None

release_message = 'Faster cubes 0000'

format_version = 2
