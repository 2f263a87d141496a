# Debian's azure-cli asks for a version of Microsoft.Compute's client library that Debian's package of the library has not:
# `az vm`, and half of `az restore-point`, fail before they send anything. Python runs this file first where its folder is
# in PYTHONPATH: the CLI takes the newest version that is there. Where none is missing, nothing is changed.
from pathlib import Path

try:
    from azure.cli.core.profiles._shared import AZURE_API_PROFILES, ResourceType
    from azure.mgmt import compute
except ImportError:
    pass
else:
    library = Path(compute.__file__).parent
    newest = max((file.parts[-3] for file in library.glob("v20*/operations/_restore_points_operations.py")), default=None)
    versions = AZURE_API_PROFILES["latest"][ResourceType.MGMT_COMPUTE].profile
    for group, version in versions.items():
        if newest is not None and not (library / ("v" + version.replace("-", "_"))).exists():
            versions[group] = newest[1:].replace("_", "-")
