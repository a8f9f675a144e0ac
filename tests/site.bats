#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The site of `make html`, in a real browser.

load helper

top=${BATS_TEST_DIRNAME%/*}

setup() {
    start_test || return
    browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip 'no chromium'
    command -v python3 >/dev/null || skip 'no python3, which serves the site'
}

teardown() { [[ -z ${server-} ]] || kill "$server"; }

# render PAGE...: makes the site.
render() {
    mkdir -p www/site
    "$top/packaging/site" www/site "$top/packaging/site.css" "$@"
    cp "$BATS_TEST_DIRNAME/site/follow.html" www
}

# browse: serves www, lets the browser follow every link, and writes what it reports to the file report.
browse() {
    local port
    : >served
    python3 -u -m http.server --bind 127.0.0.1 --directory www 0 >served 2>&1 3>&- &
    server=$!
    # shellcheck disable=SC2154 # the helper has patience
    for ((i = 0; i < 10 * patience; i++)); do
        port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' served)
        [[ -z $port ]] || break
        sleep 0.1
    done
    timeout -s KILL $((6 * patience)) "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
        --disable-background-networking --user-data-dir="$PWD/profile" --window-size=1100,900 --virtual-time-budget=600000 \
        --dump-dom "http://127.0.0.1:$port/follow.html" >dom 2>browser.err 3>&- || :
    sed -n '/<pre id="report">/,/<\/pre>/p' dom | sed 's/.*<pre id="report">//; s/<\/pre>.*//' >report
}

@test 'site: every link of every page leads to a page or a place that exists' {
    render "$top"/man/*.[1-9]
    browse
    run ! grep '^bad' report
    grep -q '^done: ' report || fail "the browser did not come to the end: $(tail -n 3 report) $(tail -n 3 browser.err)"
    # Every page is reached from the index.
    local page
    for page in "$top"/man/*.[1-9]; do
        grep -q "^page: ${page##*/}.html: " report || fail "no link leads to ${page##*/}"
    done
    assert_regex "$(grep '^done' report)" '^done: [0-9]+ pages, [0-9]{3,} links'
}

@test 'site: a link to a missing page, and one to a missing place, are found' {
    render "$top"/man/{shmput,shmcat,mqsend}.1
    sed -i 's/href="shmcat.1.html"/href="shmcat.9.html"/' www/site/shmput.1.html
    sed -i 's/id="EXAMPLES"/id="EXAMPLE"/' www/site/mqsend.1.html
    browse
    grep -q '^bad: shmput.1.html: shmcat.9.html: is not a page of the site' report || fail "$(<report)"
    grep -q '^bad: mqsend.1.html: #EXAMPLES: no such place' report || fail "$(<report)"
}

@test 'site: a reference to a page that the site does not have is text' {
    render "$top"/man/{shmput,shmcat}.1
    run -0 cat www/site/shmput.1.html
    assert_output --partial '<a class="Xr" href="shmcat.1.html">shmcat(1)</a>'
    refute_output --partial 'href="mmap.2.html"'
    assert_output --partial 'mmap(2)'
}
