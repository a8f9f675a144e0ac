# SPDX-License-Identifier: ISC
# A lesson becomes a section of ipcutils-tutorial(7).

# Collects the page, or a part of it that has its place further down.
function emit(line) { page = page line "\n" }
function taken(    text) {
	text = page
	page = ""
	return text
}

# A line of text as roff takes it literally.
function quoted(line) {
	gsub(/\\/, "\\e", line)
	gsub(/-/, "\\-", line)
	gsub(/'/, "\\(aq", line)
	gsub(/`/, "\\(ga", line)
	gsub(/\^/, "\\(ha", line)
	gsub(/~/, "\\(ti", line)
	return line ~ /^\./ ? "\\&" line : line
}

# A line of prose: a word such as fifotee(1) is a reference.
function prose(line,    before, rest) {
	gsub(/\\/, "\\e", line)
	while (match(line, /[A-Za-z_0-9-]+\([1-8]\)[.,:;]*( |$)/)) {
		before = substr(line, 1, RSTART - 1)
		rest = substr(line, RSTART + RLENGTH)
		sub(/ $/, "", before)
		if (before != "")
			put_text(before)
		reference(substr(line, RSTART, RLENGTH))
		line = rest
	}
	if (line != "")
		put_text(line)
}
# Prose of several sentences in one line.
function sentences(line,    end) {
	while (match(line, /[.?!]"? [A-Z]/)) {
		end = RSTART + RLENGTH - 2
		prose(substr(line, 1, end - 1))
		line = substr(line, end + 1)
	}
	prose(line)
}
function put_text(line) {
	sub(/^ /, "", line)
	gsub(/ -/, " \\-", line)
	emit(line ~ /^[.']/ ? "\\&" line : line)
}
function reference(word,    name, section, after) {
	sub(/ $/, "", word)
	name = word
	sub(/\(.*/, "", name)
	section = word
	sub(/^[^(]*\(/, "", section)
	after = substr(section, 3)
	section = substr(section, 1, 1)
	gsub(/./, " &", after)
	emit(".Xr " name " " section after)
}

function begin_display() {
	if (!display)
		emit(".Bd -literal")
	display = started = 1
}
function end_display() {
	if (display)
		emit(".Ed")
	display = 0
}
# A paragraph follows a paragraph or a display.
function begin_paragraph() {
	end_display()
	if (started)
		emit(".Pp")
	started = 1
}

# The questions, and after all of them their answers.
function put_questions(    i) {
	end_display()
	if (!count)
		return
	emit(".Ss Questions")
	emit(".Bl -enum")
	for (i = 1; i <= count; i++)
		page = page question[i]
	emit(".El")
	emit(".Ss Answers")
	emit(".Bl -enum")
	for (i = 1; i <= count; i++)
		page = page answer[i]
	emit(".El")
}

/^#/ || /^title:/ || /^about:/ { next }

/^$/ {
	if (kind == "question")
		question[count] = question[count] ".El\n"
	kind = ""
	next
}

/^! / {
	begin_paragraph()
	kind = "text"
	next
}

# What an object holds then, as the tour draws it.
/^@ / {
	begin_paragraph()
	emit($2 == "region" ? "The segment, as the tour draws it:" : "The queues, as the tour draws them:")
	begin_display()
	kind = "command"
	next
}

/^\$ / {
	begin_display()
	emit(quoted($0))
	kind = "command"
	next
}
kind == "command" {
	sub(/^~ /, "")
	emit(quoted($0))
	next
}

/^\? / {
	rest = taken()
	kind = "question"
	emit(".It")
	sentences(substr($0, 3))
	emit(".Bl -tag -width 3n -compact")
	question[++count] = taken()
	page = rest
	letter = 0
	next
}
kind == "question" {
	rest = taken()
	if (/^[+-] /) {
		right = /^\+/
		emit(".It " substr("abcdefgh", ++letter, 1) ")")
		sentences(substr($0, 3))
		question[count] = question[count] taken()
		if (right) {
			emit(".It")
			emit(substr("abcdefgh", letter, 1) ")")
			answer[count] = taken()
		}
	} else if (right) {
		sub(/^ +/, "")
		sentences($0)
		answer[count] = answer[count] taken()
	}
	page = rest
	next
}

kind != "text" {
	begin_paragraph()
	kind = "text"
}
{ prose($0) }

END {
	if (kind == "question")
		question[count] = question[count] ".El\n"
	put_questions()
	printf "%s", page
}
