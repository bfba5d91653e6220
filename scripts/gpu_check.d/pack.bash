# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# scripts/gpu_check --pack: programs for a lent machine, built here. Sourced by scripts/gpu_check; uses its variables work,
# carry, parts, jobs, prebuilt and what steps.bash defines.

packed_architecture=90a  # of an H100 or H200; 9.0 takes the instructions of Hopper only as 90a
most_packed_bytes=$((64 << 20))

# What the programs are and where they run: a check before the first step there.
write_manifest() {
  python3 - "$prebuilt" "$packed_architecture" "$(git describe --always --dirty 2>/dev/null || echo unknown)" <<'PYTHON'
import json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
files = {str(path.relative_to(folder)): path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file()}
(folder / "manifest.json").write_text(json.dumps({"architecture": sys.argv[2], "revision": sys.argv[3], "files": files}, indent=2))
PYTHON
}

pack() {
  local folder=$work/pack torch targets target bytes
  torch=$(PATH="$PWD/.deps/venv/bin:$PATH" python3 "$parts/device.py" --torch-dir) || exit 4
  configure "$folder" -DACTSCOPE_WITH_CUDA=ON "-DACTSCOPE_CUDA_ARCHITECTURES=$packed_architecture-real" \
    "-DACTSCOPE_TORCH_DIR=$torch" >&2 || exit 1
  read -ra targets < <(device_targets)
  build "$folder" "${targets[@]}" >&2 || exit 1
  rm -rf "$prebuilt"
  mkdir -p "$prebuilt/bin" "$prebuilt/lib"
  for target in "${targets[@]}"; do strip -o "$prebuilt/bin/$target" "$folder/bin/$target" || exit 1; done
  cp -L "$carry/lib/libhwy.so.1" "$prebuilt/lib/" || exit 1
  write_manifest || exit 1
  bytes=$(find "$prebuilt" -type f -printf '%s\n' | awk '{sum += $1} END {print sum + 0}')
  (cd "$prebuilt" && find . -type f -printf '%10s  %p\n' | sort -k2)
  if [ "$bytes" -gt $most_packed_bytes ]; then
    echo "gpu_check: .deps/prebuilt holds $bytes bytes, more than the $most_packed_bytes that can be carried" >&2
    exit 1
  fi
  echo "gpu_check: .deps/prebuilt holds $bytes bytes of at most $most_packed_bytes"
}
