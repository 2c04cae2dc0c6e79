name = 'render_0000'
_base = '2025_0000.'
version = _base + '%d' % 11
requires = ['renderer-%s' % v for v in ('1.2',)]
