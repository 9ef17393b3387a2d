# Debian's packages without installing them; sourced after lib.sh.

# private_apt SUITE ARCH
#
# From here on, apt-get knows the packages and source packages of that release and architecture, and that nothing is installed.
# Its state is the directory $apt, locked until the script ends; the mirror and its proxy are the machine's own.
private_apt() {
    suite=$1 arch=$2
    mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1)
    mirror=${mirror:-http://deb.debian.org/debian}
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -r $keyring ] || keyring=${keyring%.gpg}.pgp
    [ -r $keyring ] || die "needs the package debian-archive-keyring"

    apt=$cache/apt/$suite-$arch
    mkdir -p "$apt"/{lists/partial,archives/partial,empty/partial}
    exec 9>"$apt/lock"
    flock 9
    : >"$apt/status" # nothing is installed, so that every dependency is fetched
    if ! grep -qs deb-src "$apt/sources.list"; then
        printf "%s [signed-by=$keyring] $mirror $suite main\n" deb deb-src >"$apt/sources.list"
        rm -f "$apt/updated"
    fi
    {
        apt-config dump | grep -E '^Acquire::(http|https|Retries|ForceIPv)' || :
        cat <<CONF
#clear APT::Architectures;
APT { Architecture "$arch"; Architectures { "$arch"; }; Sandbox::User "root"; Install-Recommends "false"; };
Acquire { Languages "none"; Retries "3"; };
Dir {
    State "$apt"; State::status "$apt/status"; State::lists "$apt/lists";
    Cache "$apt"; Cache::archives "$apt/archives"; Log "$apt";
    Etc "$apt/empty"; Etc::main "/dev/null"; Etc::sourcelist "$apt/sources.list";
    Etc::parts "$apt/empty"; Etc::sourceparts "$apt/empty"; Etc::preferencesparts "$apt/empty"; Etc::trustedparts "$apt/empty";
};
CONF
    } >"$apt/apt.conf"
    export APT_CONFIG=$apt/apt.conf
    [ -n "$(find "$apt/updated" -mtime -7 2>/dev/null)" ] || update_lists
}

update_lists() {
    say "lists of $suite $arch"
    apt-get -qq update 2>"$apt/log" || { cat "$apt/log" >&2; die "cannot get the lists of $suite $arch from $mirror"; }
    touch "$apt/updated"
}
