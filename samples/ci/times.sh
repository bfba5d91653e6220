#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Gates a training script of yours against an earlier revision wherever a shell runs: cron, Jenkins,
# your own machine. Call it in your repository, with actscope on the path:
#
#   times.sh REVISION COMMAND…        times.sh origin/main python3 train.py
#
# The command prints one JSON object of numbers as its last line. Kept in ~/.cache/actscope-ci: the
# earlier revision's tree, and this machine's noise, which is measured again once a week.
set -eu
[ $# -ge 2 ] || { echo "usage: times.sh REVISION COMMAND…" >&2; exit 2; }
revision=$(git rev-parse "$1^{commit}")
shift
cache=${XDG_CACHE_HOME:-$HOME/.cache}/actscope-ci
mkdir -p "$cache"
tree=$cache/$revision
[ -d "$tree" ] || git worktree add --detach "$tree" "$revision"
if [ -z "$(find "$cache" -name noise.json -mtime -7)" ]; then
  actscope gate noise --cmd "$*" --planned-rounds 80 --rounds 40 --output "$cache/noise.json"
fi
exec actscope gate run --baseline-cmd "cd '$tree' && $*" --candidate-cmd "$*" --noise "$cache/noise.json" \
  --rounds 80 --minutes 30 --time-limit 600 --markdown summary.md --output gate.json
