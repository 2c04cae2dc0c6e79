"""The exceptions that definitions raise, `rez/exceptions.py`."""

from _rezload_dsl import InvalidPackageError, RezError


def _derive(base, names):
    for name in names.split():
        globals()[name] = type(name, (base,), {"__module__": __name__})


_derive(RezError, (
    "RezSystemError RezBindError RezPluginError ConfigurationError ResolveError "
    "PackageFamilyNotFoundError PackageNotFoundError ResourceError PackageCommandError "
    "PackageRequestError PackageCopyError PackageMoveError ContextBundleError PackageCacheError "
    "PackageTestError ResolvedContextError RexError BuildError BuildProcessError ReleaseError "
    "ReleaseHookError ReleaseHookCancellingError SuiteError PackageRepositoryError"))
_derive(ResourceError, "ResourceNotFoundError")  # noqa: F821
_derive(RexError, "RexUndefinedVariableError RexStopError")  # noqa: F821
_derive(BuildError, "BuildSystemError")  # noqa: F821
_derive(ReleaseError, "ReleaseVCSError")  # noqa: F821
_derive(ImportError, "RezGuiQTImportError")


class BuildContextResolveError(BuildError):  # noqa: F821
    def __init__(self, context):
        self.context = context
        assert context.status != "solved"
        super().__init__("The build environment could not be resolved:\n%s"
                         % context.failure_description)


class ResourceContentError(ResourceError):  # noqa: F821
    type_name = "resource file"

    def __init__(self, value=None, path=None, resource_key=None):
        msg = []
        if resource_key is not None:
            msg.append("resource type: %r" % resource_key)
        if path is not None:
            msg.append("%s: %s" % (self.type_name, path))
        if value is not None:
            msg.append(value)
        super().__init__(": ".join(msg))


class PackageMetadataError(ResourceContentError):
    type_name = "package definition file"


def convert_errors(from_, to, msg=None):
    from contextlib import contextmanager

    @contextmanager
    def converting():
        exc = None
        try:
            yield None
        except from_ as e:
            exc = e
        if exc:
            info = "%s: %s" % (exc.__class__.__name__, str(exc))
            if msg:
                info = "%s: %s" % (msg, info)
            raise to(info)

    return converting()
