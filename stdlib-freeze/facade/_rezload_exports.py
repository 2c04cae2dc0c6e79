"""Which names of which modules definitions get.

Each name is here because its answers are CPython's. `name>=3.9` is absent below, `name<3.10`
from 3.10 on, `name@3.11` answers otherwise below and declines there. `name*` is asked of
the facade at each access. `name/` is a submodule, `name/*` one that is
loaded when it is asked for, `name/?` one that is there once it was imported.
"""

MODULES = {
    "__future__": (
        "absolute_import all_feature_names annotations division generator_stop generators "
        "nested_scopes print_function unicode_literals with_statement"),
    "abc": "ABC ABCMeta abstractmethod abstractclassmethod abstractproperty abstractstaticmethod",
    "argparse": (
        "ArgumentParser Namespace SUPPRESS OPTIONAL ZERO_OR_MORE ONE_OR_MORE REMAINDER Action "
        "FileType HelpFormatter RawDescriptionHelpFormatter RawTextHelpFormatter "
        "ArgumentDefaultsHelpFormatter ArgumentError ArgumentTypeError "
        "BooleanOptionalAction>=3.9"),
    "ast": (
        "literal_eval AST Add And Assert Assign AsyncFor AsyncFunctionDef AsyncWith Attribute "
        "AugAssign Await BinOp BitAnd BitOr BitXor BoolOp Break Call ClassDef Compare Constant "
        "Continue Del Delete Dict DictComp Div Eq ExceptHandler Expr Expression FloorDiv For "
        "FormattedValue FunctionDef GeneratorExp Global Gt GtE If IfExp Import ImportFrom In "
        "Interactive Invert Is IsNot JoinedStr LShift Lambda List ListComp Load Lt LtE MatMult Mod "
        "Module Mult Name NodeTransformer NodeVisitor Nonlocal Not NotEq NotIn Or Pass Pow RShift "
        "Raise Return Set SetComp Slice Starred Store Sub Subscript Try Tuple UAdd USub UnaryOp "
        "While With Yield YieldFrom alias arg arguments comprehension keyword withitem"),
    "base64": (
        "b64encode b64decode standard_b64encode standard_b64decode urlsafe_b64encode "
        "urlsafe_b64decode b16encode b16decode decodestring<3.9 encodestring<3.9"),
    "binascii": "Error Incomplete a2b_base64 a2b_hex b2a_base64 b2a_hex crc32 hexlify unhexlify",
    "bisect": "bisect bisect_left bisect_right insort insort_left insort_right",
    "codecs": (
        "BOM BOM_BE BOM_LE BOM_UTF8 BOM_UTF16 BOM_UTF16_BE BOM_UTF16_LE decode encode open"),
    "collections": (
        "ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque namedtuple "
        "abc/ Mapping<3.10 MutableMapping<3.10 Sequence<3.10 MutableSequence<3.10 Set<3.10 "
        "MutableSet<3.10 Iterable<3.10 Iterator<3.10 Callable<3.10 Hashable<3.10 Sized<3.10 "
        "Container<3.10 Generator<3.10 KeysView<3.10 ItemsView<3.10 ValuesView<3.10 "
        "MappingView<3.10"),
    "collections.abc": (
        "Callable Collection Container Generator Hashable ItemsView Iterable Iterator KeysView "
        "Mapping MappingView MutableMapping MutableSequence MutableSet Reversible Sequence Set "
        "Sized ValuesView Buffer>=3.12"),
    "configparser": (
        "BasicInterpolation ConfigParser DEFAULTSECT DuplicateOptionError "
        "DuplicateSectionError Error ExtendedInterpolation Interpolation InterpolationDepthError "
        "InterpolationError InterpolationMissingOptionError InterpolationSyntaxError "
        "MissingSectionHeaderError MultilineContinuationError>=3.13 NoOptionError NoSectionError "
        "ParsingError RawConfigParser SectionProxy SafeConfigParser@3.12<3.12"),
    "contextlib": (
        "AbstractContextManager ContextDecorator closing contextmanager nullcontext suppress "
        "chdir>=3.11"),
    "copy": "copy deepcopy Error error replace>=3.13",
    "dataclasses": (
        "FrozenInstanceError MISSING asdict astuple dataclass field fields is_dataclass replace "
        "KW_ONLY>=3.10"),
    "datetime": "MAXYEAR MINYEAR date datetime time timedelta timezone tzinfo UTC>=3.11",
    "decimal": (
        "Decimal InvalidOperation DivisionByZero DecimalException Overflow Underflow Inexact "
        "Rounded Clamped Subnormal FloatOperation ROUND_CEILING ROUND_DOWN ROUND_FLOOR "
        "ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP ROUND_05UP getcontext setcontext "
        "localcontext Context"),
    "enum": "Enum IntEnum auto unique StrEnum>=3.11 Flag IntFlag",
    "errno": (
        "E2BIG EACCES EAGAIN EBADF EBUSY ECHILD EDOM EEXIST EFAULT EFBIG EINTR EINVAL EIO "
        "EISDIR EMFILE EMLINK ENFILE ENODEV ENOENT ENOEXEC ENOLCK ENOMEM ENOSPC ENOSYS ENOTDIR "
        "ENOTEMPTY ENOTTY ENXIO EPERM EPIPE ERANGE EROFS ESPIPE ESRCH EXDEV ETIMEDOUT "
        "ECONNREFUSED ECONNRESET ENAMETOOLONG ELOOP"),
    "fnmatch": "filter fnmatch fnmatchcase translate@3.14",
    "functools": (
        "cache>=3.9 cached_property cmp_to_key lru_cache "
        "partial reduce singledispatch total_ordering "
        "update_wrapper wraps"),
    "getpass": "getuser getpass GetPassWarning",
    "glob": "escape glob iglob has_magic",
    "hashlib": "md5 sha1 sha224 sha256 sha384 sha512 new blake2b blake2s sha3_256 sha3_512",
    "heapq": (
        "heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest"),
    "importlib": "import_module reload invalidate_caches util/?",
    "importlib.util": "find_spec module_from_spec spec_from_file_location",
    "inspect": (
        "cleandoc currentframe getargspec<3.11 getfile getframeinfo getfullargspec "
        "getmembers getmodule getsource getsourcefile getsourcelines isclass isfunction "
        "ismodule isgenerator isgeneratorfunction ismethod isroutine signature stack getdoc "
        "isbuiltin getmro"),
    "io": "BytesIO DEFAULT_BUFFER_SIZE SEEK_CUR SEEK_END SEEK_SET StringIO "
          "UnsupportedOperation open BlockingIOError",
    "itertools": (
        "accumulate batched>=3.12 chain combinations combinations_with_replacement compress "
        "count cycle dropwhile filterfalse groupby islice pairwise>=3.10 permutations product "
        "repeat starmap takewhile tee zip_longest"),
    "json": "JSONDecodeError JSONDecoder JSONEncoder dump dumps load loads decoder/ encoder/",
    "json.decoder": "JSONDecodeError JSONDecoder",
    "json.encoder": "JSONEncoder",
    "keyword": "iskeyword",
    "locale": "getpreferredencoding setlocale LC_ALL LC_CTYPE LC_NUMERIC LC_TIME getlocale "
              "getdefaultlocale Error",
    "logging": (
        "BASIC_FORMAT CRITICAL DEBUG ERROR FATAL FileHandler Filter Formatter Handler INFO "
        "LoggerAdapter Logger LogRecord NOTSET NullHandler StreamHandler WARN WARNING addLevelName "
        "basicConfig captureWarnings critical debug disable error exception fatal getLevelName "
        "getLogger getLoggerClass info log root shutdown warn@3.0<3.13 warning handlers/? config/?"),
    "math": (
        "acos acosh asin asinh atan atan2 atanh cbrt>=3.11 ceil comb copysign cos cosh degrees "
        "dist e erf erfc exp exp2>=3.11 expm1 fabs factorial floor fma>=3.13 fmod frexp fsum "
        "gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm>=3.9 ldexp lgamma log log10 "
        "log1p log2 modf nan nextafter>=3.9 perm pi pow prod radians remainder sin sinh sqrt "
        "sumprod>=3.12 tan tanh tau trunc ulp>=3.9"),
    "multiprocessing": "cpu_count Process Pool Queue Lock",
    "numbers": "Complex Integral Number Rational Real",
    "operator": (
        "abs add and_ attrgetter call>=3.11 concat contains countOf delitem eq floordiv ge "
        "getitem gt iadd iand iconcat ifloordiv ilshift imatmul imod imul index indexOf inv "
        "invert ior ipow irshift is_ is_not isub itemgetter itruediv ixor le length_hint lshift "
        "lt matmul methodcaller mod mul ne neg not_ or_ pos pow rshift setitem sub truediv truth "
        "xor"),
    "os": (
        "DirEntry F_OK O_RDONLY O_RDWR O_WRONLY PathLike R_OK SEEK_CUR SEEK_END SEEK_SET W_OK X_OK "
        "access altsep cpu_count curdir defpath devnull environ error extsep fsdecode fsencode "
        "fspath get_exec_path getcwd getcwdb getenv getegid* geteuid* getgid* getlogin getpid "
        "getppid getuid* get_terminal_size linesep listdir lstat name pardir path/ pathsep "
        "process_cpu_count>=3.13 readlink scandir sep stat stat_result* sys uname* urandom walk "
        # what acts declines when it is called
        "_exit* abort* chdir* chmod* close* dup* dup2* execl* execle* execlp* execv* execve* "
        "execvp* execvpe* fdopen* kill* link* makedirs* mkdir* open* pipe* popen* putenv* remove* "
        "removedirs* rename* renames* replace* rmdir* spawnl* spawnle* spawnv* spawnve* symlink* "
        "system* truncate* umask* unlink* unsetenv* utime* waitpid* write* chown* fork* "
        "startfile* sys/"),
    "os.path": (
        "abspath altsep basename commonpath commonprefix curdir defpath devnull dirname exists "
        "expanduser expandvars extsep getatime getctime getmtime getsize isabs isdir isfile "
        "isjunction>=3.12 islink ismount join lexists normcase normpath os pardir pathsep "
        "realpath relpath samefile samestat sep split splitdrive splitext splitroot>=3.12 "
        "supports_unicode_filenames"),
    "pathlib": (
        "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath "
        "UnsupportedOperation>=3.13"),
    "platform": (
        "architecture dist<3.8 linux_distribution<3.8 freedesktop_os_release>=3.10 java_ver "
        "libc_ver mac_ver machine node platform popen<3.8 processor python_branch python_build "
        "python_compiler python_implementation python_revision python_version "
        "python_version_tuple release system system_alias uname uname_result version win32_edition "
        "win32_is_iot win32_ver"),
    "pprint": "PrettyPrinter pformat pp pprint isreadable saferepr",
    "random": (
        "Random SystemRandom choice choices gauss getrandbits randint random randrange sample "
        "seed shuffle uniform triangular normalvariate"),
    "re": (
        "A ASCII DOTALL I IGNORECASE M MULTILINE Match NOFLAG>=3.11 Pattern PatternError>=3.13 "
        "RegexFlag _compile_template* S U UNICODE VERBOSE X compile error escape findall finditer fullmatch match "
        "purge search split sub subn"),
    "rez": "__version__* config/* exceptions/* system/* utils/* version/*",
    "rez.config": "config",
    "rez.exceptions": (
        "BuildContextResolveError BuildError BuildProcessError BuildSystemError "
        "ConfigurationError ContextBundleError InvalidPackageError PackageCacheError "
        "PackageCommandError PackageCopyError PackageFamilyNotFoundError PackageMetadataError "
        "PackageMoveError PackageNotFoundError PackageRepositoryError PackageRequestError "
        "PackageTestError ReleaseError ReleaseHookCancellingError ReleaseHookError "
        "ReleaseVCSError ResolveError ResolvedContextError ResourceContentError ResourceError "
        "ResourceNotFoundError RexError RexStopError RexUndefinedVariableError RezBindError "
        "RezError RezGuiQTImportError RezPluginError RezSystemError SuiteError convert_errors"),
    "rez.package_py_utils": (
        "InvalidPackageError Popen exec_command exec_python expand_requirement expand_requires "
        "find_site_python"),
    "rez.system": "system platform_",
    "rez.utils": "data_utils/* execution/* formatting/* lint_helper/? platform_/* "
                 "sourcecode/*",
    "rez.utils.data_utils": "ModifyList",
    "rez.utils.execution": "Popen",
    "rez.utils.formatting": "PackageRequest is_valid_package_name PackageRequestError Requirement",
    "rez.utils.platform_": "platform_ name",
    "rez.utils.sourcecode": "IncludeModuleManager SourceCode early include late",
    "rez.version": (
        "AlphanumericVersionToken NumericToken ParseException Requirement RequirementList "
        "Version VersionError VersionRange VersionToken VersionedObject reverse_sort_key"),
    "shlex": "quote split join shlex",
    "shutil": (
        "Error ExecError ReadError RegistryError SameFileError SpecialFileError chown copy copy2 "
        "copyfile copyfileobj copymode copystat copytree disk_usage get_archive_formats "
        "get_terminal_size ignore_patterns make_archive move rmtree unpack_archive which"),
    "socket": (
        "create_connection error gaierror herror timeout "
        "getaddrinfo getfqdn gethostbyaddr gethostbyname gethostname socket"),
    "stat": (
        "ST_ATIME ST_CTIME ST_DEV ST_GID ST_INO ST_MODE ST_MTIME ST_NLINK ST_SIZE ST_UID S_ENFMT "
        "S_IEXEC S_IFBLK S_IFCHR S_IFDIR S_IFIFO S_IFLNK S_IFMT S_IFREG S_IFSOCK S_IMODE S_IREAD "
        "S_IRGRP S_IROTH S_IRUSR S_IRWXG S_IRWXO S_IRWXU S_ISBLK S_ISCHR S_ISDIR S_ISFIFO "
        "S_ISGID S_ISLNK S_ISREG S_ISSOCK S_ISUID S_ISVTX S_IWGRP S_IWOTH S_IWRITE S_IWUSR "
        "S_IXGRP S_IXOTH S_IXUSR filemode"),
    "string": (
        "Formatter Template ascii_letters ascii_lowercase ascii_uppercase capwords digits "
        "hexdigits octdigits printable punctuation whitespace"),
    "struct": "calcsize error pack unpack pack_into unpack_from iter_unpack Struct",
    "subprocess": (
        "CalledProcessError CompletedProcess DEVNULL PIPE Popen STDOUT SubprocessError "
        "TimeoutExpired call check_call check_output getoutput getstatusoutput list2cmdline run"),
    "sys": (
        "base_prefix* byteorder exc_info exec_prefix* executable* exit "
        "float_info getdefaultencoding getfilesystemencoding hexversion implementation intern "
        "maxsize maxunicode platform prefix* stderr stdout unraisablehook version* version_info __stdout__ "
        "__stderr__"),
    "tempfile": (
        "NamedTemporaryFile SpooledTemporaryFile TemporaryDirectory TemporaryFile gettempdir "
        "gettempdirb gettempprefix mkdtemp mkstemp mktemp"),
    "textwrap": "TextWrapper dedent fill indent shorten wrap",
    "threading": (
        "Event Lock RLock Thread Timer current_thread Condition Semaphore active_count "
        "main_thread local"),
    "time": (
        "asctime ctime gmtime localtime mktime monotonic monotonic_ns perf_counter "
        "perf_counter_ns process_time sleep strftime strptime struct_time time time_ns"),
    "traceback": "format_exc print_exc print_stack print_exception format_exception print_tb "
                 "format_stack format_tb extract_stack",
    "types": (
        "FunctionType GeneratorType LambdaType MappingProxyType MethodType ModuleType "
        "NoneType>=3.10 SimpleNamespace@3.9 EllipsisType>=3.10 NotImplementedType>=3.10"),
    "typing": (
        "AbstractSet Annotated>=3.9 Any AnyStr AsyncGenerator AsyncIterable AsyncIterator "
        "Awaitable BinaryIO Callable ClassVar Collection Concatenate>=3.10 Container "
        "ContextManager Coroutine Counter DefaultDict Deque Dict Final ForwardRef FrozenSet "
        "Generator Generic Hashable IO ItemsView Iterable Iterator KeysView List Literal "
        "LiteralString>=3.11 Mapping MappingView Match MutableMapping MutableSequence MutableSet "
        "NamedTuple Never>=3.11 NewType NoReturn NotRequired>=3.11 Optional OrderedDict "
        "ParamSpec>=3.10 Pattern Protocol Required>=3.11 Reversible Self>=3.11 Sequence Set Sized "
        "SupportsAbs SupportsFloat SupportsInt TYPE_CHECKING Text TextIO Tuple Type TypeAlias>=3.10 "
        "TypeGuard>=3.10 TypeVar TypedDict Union Unpack>=3.11 ValuesView assert_never>=3.11 "
        "assert_type>=3.11 cast final get_args get_origin get_type_hints no_type_check "
        "overload override>=3.12 reveal_type>=3.11 runtime_checkable"),
    "urllib": "parse/? request/? error/?",
    "urllib.error": "ContentTooShortError HTTPError URLError",
    "urllib.parse": (
        "parse_qs parse_qsl quote quote_plus unquote unquote_plus urldefrag urlencode urljoin "
        "urlparse urlsplit urlunparse urlunsplit ParseResult SplitResult quote_from_bytes "
        "unquote_to_bytes"),
    "urllib.request": (
        "HTTPBasicAuthHandler HTTPHandler HTTPSHandler OpenerDirector ProxyHandler Request "
        "build_opener getproxies install_opener pathname2url quote* unquote* url2pathname urlcleanup "
        "urljoin* urlopen urlparse* urlretrieve URLError HTTPError"),
    "uuid": (
        "NAMESPACE_DNS NAMESPACE_OID NAMESPACE_URL NAMESPACE_X500 RESERVED_FUTURE "
        "RESERVED_MICROSOFT RESERVED_NCS RFC_4122 UUID getnode uuid1 uuid3 uuid4 uuid5"),
    "warnings": (
        "catch_warnings filterwarnings formatwarning resetwarnings showwarning simplefilter warn "
        "warn_explicit"),
}

# modules of which every name is known
WHOLE = ("rez.utils.lint_helper",)

# where a module's names are found, when that isn't the module itself
SOURCES = {
    "bisect": "_rezload_bisect",
    "codecs": "_rezload_codecs",
    "collections": "_rezload_collections",
    "collections.abc": "_rezload_collections",
    "configparser": "_rezload_configparser",
    "copy": "_rezload_copy",
    "string": "_rezload_string",
    "datetime": "_rezload_datetime",
    "decimal": "_rezload_decimal",
    "enum": "_rezload_enum",
    "fnmatch": "_rezload_fnmatch",
    "functools": "_rezload_functools",
    "glob": "_rezload_glob",
    "heapq": "_rezload_heapq",
    "shlex": "_rezload_shlex",
    "importlib": "_rezload_importlib",
    "importlib.util": "_rezload_importlib",
    "itertools": "_rezload_itertools",
    "json": "_rezload_json",
    "operator": "_rezload_operator",
    "os.path": "os.path",
    "re": "_rezload_re",
    "sys": "_rezload_sys",
    "textwrap": "_rezload_textwrap",
    "time": "_rezload_time",
}

# modules that every CPython 3.8 to 3.14 has on every platform; any use of them declines
INERT = frozenset((
    "asyncio bdb calendar cmath cmd code codeop colorsys compileall concurrent "
    "concurrent.futures contextvars copyreg cProfile csv difflib dis doctest email "
    "email.message email.mime email.utils encodings filecmp fileinput fractions ftplib gc getopt "
    "gettext gzip hmac html html.parser http http.client http.server imaplib ipaddress linecache "
    "logging.config logging.handlers mailbox marshal mimetypes mmap modulefinder netrc optparse "
    "pdb pickle pickletools pkgutil plistlib poplib profile pstats py_compile pyclbr pydoc queue "
    "quopri reprlib runpy sched secrets select selectors shelve signal site smtplib "
    "socketserver statistics stringprep symtable sysconfig tabnanny tarfile timeit token tokenize "
    "trace tracemalloc types unicodedata unittest unittest.mock urllib.robotparser wave "
    "weakref webbrowser xml xml.dom xml.dom.minidom xml.etree xml.etree.ElementTree xml.sax "
    "xmlrpc xmlrpc.client zipapp zipfile zipimport"
).split())

# modules that rez 3.4.0 doesn't have
ABSENT = frozenset((
    "rez.vendor.version", "rez.vendor.version.version", "rez.vendor.version.requirement",
    "rez.vendor.version.util", "rez.utils.lint", "rez.vendor.version.test",
))
