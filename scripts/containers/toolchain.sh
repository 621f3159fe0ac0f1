# shellcheck shell=bash
# Sourced: what of this machine a builder made by `bases` sees, read-only and under the same path.
swift=$(readlink -f "$(command -v swift)") || { echo "${0##*/}: swift is missing." >&2; exit 1; }
toolchain=$(dirname "$(dirname "$swift")")

# mounts: an argument --volume for the toolchain, and for each folder that git takes packages from.
mounts() {
  local folder
  {
    echo "$toolchain"
    git config --get-regexp '^url\..*\.insteadof$' | sed 's/^url\.\(.*\)\.insteadof .*/\1/'
  } | sort -u | while read -r folder; do
    [ ! -d "$folder" ] || printf '%s\n' "--volume=${folder%/}:${folder%/}:ro"
  done
}
