# shellcheck shell=bash
# Sourced: podman and buildah with settings and storage of their own, in .containers or $LAKEHOUSE_CONTAINERS, beside
# whatever the user has. Run as root they ask for no more than a container without privileges grants.
containers=${LAKEHOUSE_CONTAINERS:-$PWD/.containers}

for tool in podman buildah; do
  if ! command -v "$tool" >/dev/null; then
    echo "${0##*/}: $tool is missing; run scripts/setup --containers, or install it." >&2
    exit 1
  fi
done

mkdir -p "$containers"
cat >"$containers/storage.conf" <<END
[storage]
driver = "overlay"
graphroot = "$containers/storage"
runroot = "$containers/run"
END
cat >"$containers/containers.conf" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[network]
network_backend = "netavark"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
$(! command -v runc >/dev/null || echo "runtime = \"$(command -v runc)\"")
END
export CONTAINERS_STORAGE_CONF=$containers/storage.conf CONTAINERS_CONF=$containers/containers.conf
[ "$(id -u)" != 0 ] || export BUILDAH_ISOLATION=chroot
