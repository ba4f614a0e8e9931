#!/usr/bin/env bash
# cargo 1.95.0: a profile says `strip = true`, and a section for the package of the program (`[profile.release.package.NAME]`) that sets
# nothing but `opt-level` takes it back without a word.
#
# Behaviour: without such a section rustc is called with `-C strip=symbols`. With one it is called with `-C strip=debuginfo`, which is
# what cargo chooses by itself when a profile says nothing of stripping. A section for all dependencies (`package."*"`) changes nothing.
#
# Seen: symbols, debuginfo, symbols; and symbols again when the section repeats `strip = true`.
#
# It cost our command 16 of 51 MB until its section said `strip = true`, too (Cargo.toml, docs/decisions/0022-our-release-profile.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cargo=(cargo)
if ! cargo --version | grep -q '^cargo 1\.95\.0 '; then
    rustup toolchain install 1.95.0 --profile minimal
    cargo=(cargo +1.95.0)
fi
mkdir src
echo 'fn main() {}' > src/main.rs
stripped() {
    printf '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2024"\n[workspace]\n[profile.release]\nstrip = true\n%b' "$1" > Cargo.toml
    rm -rf target
    "${cargo[@]}" build --release --offline --verbose 2>&1 | grep -o 'strip=[a-z]*' | cut -d= -f2
}
seen="$(stripped '') $(stripped '[profile.release.package.p]\nopt-level = "s"\n') $(stripped '[profile.release.package."*"]\nopt-level = "s"\n') \
$(stripped '[profile.release.package.p]\nopt-level = "s"\nstrip = true\n')"
echo "$seen"
[ "$seen" = "symbols debuginfo symbols symbols" ] || { echo "the behaviour has changed"; exit 1; }
