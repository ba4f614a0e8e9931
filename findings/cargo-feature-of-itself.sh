#!/usr/bin/env bash
# cargo 1.95.0: `--features NAME/FEATURE` for the package NAME itself does nothing, and says nothing, when NAME is among its own
# dev-dependencies (a usual way to give tests more features).
#
# Behaviour: `cargo build --features it/a` in the package `it` turns `a` on. With `it = { path = ".", features = ["b"] }` among its
# dev-dependencies the same command builds `it` without `a`: the feature is taken for one of that dependency, which is not built. A
# feature that does not exist is an error in all cases. With the dependency under another name (`package = "it"`), `a` is on again.
#
# Seen: "a", nothing, "a".
#
# It gave us a command without S3 (crates/cli/Cargo.toml calls the dependency `itself` since).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cargo=(cargo)
if ! cargo --version | grep -q '^cargo 1\.95\.0 '; then
    rustup toolchain install 1.95.0 --profile minimal
    cargo=(cargo +1.95.0)
fi
mkdir src && touch src/lib.rs
# seen DEPENDENCY EXPECTED: prints the features that are on, and fails when they are others than seen here.
seen() {
    printf '[package]\nname = "it"\nversion = "0.1.0"\nedition = "2024"\n[features]\na = []\nb = []\n[dev-dependencies]\n%s\n' "$1" > Cargo.toml
    local features
    features=$("${cargo[@]}" tree --quiet --offline --edges normal --format '{f}' --features it/a)
    echo "${1:-no dependency on itself}: with --features it/a the features are: $features"
    [ "$features" = "$2" ] || { echo "seen before: '$2'" >&2; exit 1; }
}
seen '' a
seen 'it = { path = ".", features = ["b"] }' ''
seen 'itself = { package = "it", path = ".", features = ["b"] }' a
