#!/usr/bin/env bash
# Clones the repository into an empty folder and runs the README's two commands, with only PATH and HOME as environment
# variables and without the reference files in ../shared.
set -uo pipefail
source .ci/steps/common.sh
command -v git > /dev/null || install git

most_skipped=15
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
clone=$empty/LlamaNative
# The user who runs the gate may not own the checkout, and git refuses to clone from another user's folder.
printf '[safe]\n\tdirectory = *\n' > "$empty/gitconfig"
export GIT_CONFIG_GLOBAL=$empty/gitconfig
[[ -z $(git status --porcelain) ]] || echo "note: the clone does not contain the uncommitted changes"
git clone --quiet --no-hardlinks . "$clone" || exit 1

stranger() { # COMMAND..., in the clone
    (cd "$clone" && exec env -i PATH="$PATH" HOME="$HOME" "$@")
}

fail() {
    echo "failed: $*"
    failures=1
}

failures=0
echo "--- dotnet run --project samples/ConsoleChat"
answers=$(printf 'Hello!\n' | stranger dotnet run --project samples/ConsoleChat) || fail "exit code $?"
echo "$answers"
grep -q '[A-Za-z]\{2,\}' <<< "$answers" || fail "no answer"

# Answers are random by default; with --temp 0 they are those of the first conversation in models/README.md.
echo "--- dotnet run --project samples/ConsoleChat -- --temp 0"
answers=$(printf 'Hello!\nMy name is Ada.\nWhat is 9 + 7?\n' | stranger dotnet run --project samples/ConsoleChat -- --temp 0) \
    || fail "exit code $?"
echo "$answers"
for expected in "Hello! How can I help you?" "Nice to meet you, Ada!" "9 + 7 = 16."; do
    grep -qF "$expected" <<< "$answers" || fail "no answer \"$expected\""
done

echo "--- dotnet test"
stranger dotnet test 2>&1 | tee "$GATE_LOGS/stranger.log"
((PIPESTATUS[0] == 0)) || fail "dotnet test"
read -r passed failed skipped < <(.ci/steps/count.sh "$GATE_LOGS/stranger.log")
echo "$passed passed, $failed failed, $skipped skipped"
((passed > 0)) || fail "no test ran"
((skipped <= most_skipped)) || fail "$skipped tests were skipped; at most $most_skipped may be"
exit $failures
