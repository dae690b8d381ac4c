# Writes the tables of patterns/TOOLS.md from results.tsv. SECTION is outcomes, messages or times.
# Fields: problem, attempt (direct or glue), tool, outcome, lines, ns, seconds, message.
BEGIN {
    FS = "\t"
    titles["exception"] = "exception with a number"; titles["structs"] = "vector of structs"; titles["later"] = "async"
    names["hand"] = "hand-written"
}
$1 == "#tool" { version[$2] = $3; tools[++n_tools] = $2; skipped[$2] = $4; next }
$1 == "#when" { when = $2 }
/^#/ { next }
{
    if (!seen[$1]++) problems[++n_problems] = $1
    key = $1 SUBSEP $2 SUBSEP $3
    outcome[key] = $4; lines[key] = $5; ns[key] = $6; seconds[key] = $7; message[key] = $8
}
function title(problem) {
    if (problem in titles) return titles[problem]
    gsub("_", " ", problem)
    return problem
}
function name(tool) { return tool in names ? names[tool] : tool }
function header(first,    i, row, rule) {
    row = "| " first " |"; rule = "|---|"
    for (i = 1; i <= n_tools; i++) {
        row = row " " name(tools[i]) " |"; rule = rule "---|"
    }
    print row; print rule
}
function told(problem, attempt, tool,    key) {
    key = problem SUBSEP attempt SUBSEP tool
    if (!(key in outcome)) return ""
    if (outcome[key] == "works") return "**works**, " lines[key] " lines"
    return outcome[key]
}
function both(problem, tool,    direct, glue) {
    direct = told(problem, "direct", tool); glue = told(problem, "glue", tool)
    if (skipped[tool] != "") return "skipped"
    if (direct != "" && glue != "") return direct "; with glue " glue
    return direct glue == "" ? "not tried" : direct glue
}
function cost(problem, tool,    key) {
    key = problem SUBSEP "glue" SUBSEP tool
    if (outcome[key] != "works") key = problem SUBSEP "direct" SUBSEP tool
    if (outcome[key] != "works") return "-"
    return (ns[key] == "" ? "-" : ns[key] " ns") ", " seconds[key] " s"
}
function outcomes(    i, j, row) {
    header("problem")
    for (i = 1; i <= n_problems; i++) {
        row = "| [" title(problems[i]) "](../ci/tools/problems/" problems[i] ".hpp) |"
        for (j = 1; j <= n_tools; j++) row = row " " both(problems[i], tools[j]) " |"
        print row
    }
}
function messages(    i, j, a, key, attempts) {
    split("direct glue", attempts, " ")
    print "| problem | tool | outcome | what it says |"; print "|---|---|---|---|"
    for (i = 1; i <= n_problems; i++)
        for (j = 1; j <= n_tools; j++)
            for (a = 1; a <= 2; a++) {
                key = problems[i] SUBSEP attempts[a] SUBSEP tools[j]
                if (message[key] != "")
                    print "| " title(problems[i]) " | " name(tools[j]) " | " outcome[key] " | `" message[key] "` |"
            }
    for (j = 1; j <= n_tools; j++)
        if (skipped[tools[j]] != "") print "| all | " name(tools[j]) " | skipped | " skipped[tools[j]] " |"
}
function times(    i, j, row) {
    print "On " when "; C++ and Rust optimised.\n"
    header("problem")
    for (i = 1; i <= n_problems; i++) {
        row = "| " title(problems[i]) " |"
        for (j = 1; j <= n_tools; j++) row = row " " cost(problems[i], tools[j]) " |"
        print row
    }
}
function versions(    j) {
    for (j = 1; j <= n_tools; j++) if (version[tools[j]] != "") print "- " version[tools[j]]
}
END {
    if (SECTION == "outcomes") outcomes()
    if (SECTION == "messages") messages()
    if (SECTION == "times") times()
    if (SECTION == "versions") versions()
}
