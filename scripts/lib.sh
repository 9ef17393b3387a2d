# What the scripts share; sourced by them, after `set -euo pipefail`. The current directory becomes the top of the checkout.

me=scripts/${0##*/}
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ferry
cores=$(nproc)
export LC_ALL=C
mkdir -p "$cache"

die() { echo "$me: $*" >&2; exit 1; }
say() { echo "$me: $*" >&2; }

# Prints the comment at the top of the calling script, without its marks: a script's manual is its own head.
manual() { sed -n '2,/^$/s/^#\( \|$\)//p' "$0"; }

# The Debian release whose riscv64 packages are the guest programs. The reference programs are the amd64 builds of the same.
guest_suite=trixie

guest_root=$cache/root-riscv64
native_root=$cache/root-amd64

# Makes both roots with the packages that tests and benchmarks run (tests/programs/packages).
fetch_roots() {
    local packages
    mapfile -t packages < <(grep -v '^#' "$top/tests/programs/packages")
    "$top/scripts/guest-root" -s $guest_suite riscv64 "$guest_root" "${packages[@]}"
    "$top/scripts/guest-root" -s $guest_suite amd64 "$native_root" "${packages[@]}"
}
