#!/usr/bin/env bash
# Installs the Debian packages named as arguments; says which before it does. Without root it changes nothing, prints
# the one command that a user must run, and exits 2. Called by install.bash and by debian.ts.
set -euo pipefail

log=${ACCIO_APT_LOG:-/dev/stderr}
say() { echo "accio: $*" >&2; }

if ! command -v apt-get >/dev/null; then
  say "programs are missing that Debian calls: $*"
  say "this system has no apt-get: install them with its own package manager, then run the command again"
  exit 2
fi
if (($(id -u) != 0)); then
  say "Debian packages are missing; install them with this command, then run the command again:"
  echo "sudo apt-get install --yes --no-install-recommends $*" >&2
  exit 2
fi

say "installing Debian packages: $*"
export DEBIAN_FRONTEND=noninteractive
apt() { apt-get --quiet --quiet -o DPkg::Lock::Timeout=600 "$@" </dev/null >>"$log" 2>&1; }
# A stale or broken source among several is no reason to stop: the installation below says whether it mattered.
apt update || say "apt-get update had errors; trying all the same"
if ! apt install --yes --no-install-recommends "$@"; then
  [[ -f $log ]] && tail -n 15 "$log" >&2
  say "apt-get could not install: $*: see the lines above, mend the cause (network, /etc/apt), then run the command again"
  exit 2
fi
