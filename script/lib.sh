# shellcheck shell=bash disable=SC2034
# What the scripts share; sourced, not run.  Everything said here goes to stderr: stdout is the program's.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)

say() { printf '%s\n' "$*" >&2; }
die() {
    say "${0##*/}: $*"
    exit 1
}

# help_where_asked ARGUMENT…: for -h and --help prints what stands at the top of the script, and ends it.
help_where_asked() {
    case ${1-} in
    -h | --help)
        sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
        exit
        ;;
    esac
}

# build_preset PRESET [TARGET…]: configures where that was not done yet, then builds what changed.
build_preset() {
    local preset=$1 dir=$root/build/$1
    shift
    if [ ! -f "$dir/build.ninja" ]; then
        say "configuring $preset …"
        (cd "$root" && cmake --preset "$preset") >&2 || return
    fi
    if [ "$(ninja -C "$dir" -n "$@" 2>/dev/null | tail -n 1)" = "ninja: no work to do." ]; then
        return
    fi
    say "building $preset …"
    ninja -C "$dir" -j "$jobs" "$@" >&2
}

# Which packages a preset needs, as script/bootstrap calls the sets.
sets_of_preset() {
    case $1 in
    release) echo build ;;
    dev | asan-ubsan | tsan) echo build test ;;
    coverage) echo build test coverage ;;
    fuzz) echo build test fuzz ;;
    *) die "there is no preset '$1' (release, dev, asan-ubsan, tsan, fuzz, coverage)" ;;
    esac
}
