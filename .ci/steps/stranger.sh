#!/usr/bin/env bash
# What somebody sees who clones the repository into an empty folder and follows the README: its two commands, with PATH
# and HOME as the only environment variables and no reference files beside the clone.
set -uo pipefail
source .ci/steps/common.sh
command -v git > /dev/null || install git

most_skipped=15
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
clone=$empty/LlamaNative
# The owner of a checkout is not always the one who runs its gate; git refuses to clone from another's folder.
printf '[safe]\n\tdirectory = *\n' > "$empty/gitconfig"
export GIT_CONFIG_GLOBAL=$empty/gitconfig
[[ -z $(git status --porcelain) ]] || echo "note: the clone has what is committed, and there are uncommitted changes"
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

# The answers are random; with --temp 0 they are the first conversation of models/README.md.
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
