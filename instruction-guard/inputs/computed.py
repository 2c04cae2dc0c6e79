name = 'render_env'
_base = '2025.'
version = _base + '%d' % 11
requires = ['renderer-%s' % v for v in ('1.2',)]
