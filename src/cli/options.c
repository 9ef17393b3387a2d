#include "cli/options.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { USAGE_ERROR = 1 };

/* One option. Names work with one dash or two; a value may be the next word or follow '='. */
struct option {
    const char *name;
    const char *environment; /* FERRY_x and QEMU_x; NULL: none */
    const char *value;       /* what the help calls the value; NULL: a switch */
    bool inherited;          /* handed on when the guest executes a guest program */
    void (*apply)(struct options *o, const char *value);
    const char *help;
};

static size_t parse_size(const char *name, const char *text)
{
    char *end;
    unsigned long long size = strtoull(text, &end, 0);
    switch (*end) {
    case 'k': case 'K': size <<= 10; end++; break;
    case 'm': case 'M': size <<= 20; end++; break;
    case 'g': case 'G': size <<= 30; end++; break;
    default: break;
    }
    if (end == text || *end)
        die(USAGE_ERROR, "-%s: '%s' is not a size (a number, perhaps followed by K, M or G)", name, text);
    return size;
}

/* ---- the guest's environment ---- */

static void unset_variable(struct options *o, const char *name, size_t length)
{
    size_t kept = 0;
    for (size_t i = 0; i < o->environment_count; i++)
        if (strncmp(o->environment[i], name, length) || o->environment[i][length] != '=')
            o->environment[kept++] = o->environment[i];
    o->environment_count = kept;
    o->environment[kept] = NULL;
}

static void set_variable(struct options *o, char *assignment)
{
    const char *equals = strchr(assignment, '=');
    if (!equals)
        die(USAGE_ERROR, "-E: '%s' is not of the form NAME=VALUE", assignment);
    unset_variable(o, assignment, (size_t)(equals - assignment));
    o->environment = must_realloc(o->environment, (o->environment_count + 2) * sizeof *o->environment);
    o->environment[o->environment_count++] = assignment;
    o->environment[o->environment_count] = NULL;
}

static void each_item(struct options *o, const char *list, void (*item)(struct options *, char *))
{
    char *copy = strdup(list), *rest = copy;
    for (char *one; (one = strsep(&rest, ","));)
        if (*one)
            item(o, one);
}

static void unset_item(struct options *o, char *name)
{
    if (strchr(name, '='))
        die(USAGE_ERROR, "-U: '%s' is not the name of a variable", name);
    unset_variable(o, name, strlen(name));
}

static void apply_E(struct options *o, const char *v) { each_item(o, v, set_variable); }
static void apply_U(struct options *o, const char *v) { each_item(o, v, unset_item); }

/* ---- the program ---- */

static void apply_0(struct options *o, const char *v) { o->run.argv0 = v; }
static void apply_L(struct options *o, const char *v) { o->run.sysroot = v; }
static void apply_r(struct options *o, const char *v) { o->run.uname_release = v; }
static void apply_s(struct options *o, const char *v) { o->run.stack_size = parse_size("s", v); }
static void apply_strace(struct options *o, const char *v UNUSED) { o->run.strace = true; }
static void apply_cpu(struct options *o, const char *v) { o->run.cpu_model = v; }

static void apply_B(struct options *o UNUSED, const char *v)
{
    if (parse_size("B", v) != 0)
        die(USAGE_ERROR, "-B %s: guest addresses are host addresses, so the base can only be 0", v);
}

static void apply_R(struct options *o, const char *v) { o->run.reserved_size = parse_size("R", v); }

/* ---- the engine ---- */

static void apply_engine(struct options *o, const char *v)
{
    static const struct { const char *name; enum engine_tier tier; } tiers[] = {
        { "switch", TIER_SWITCH }, { "threaded", TIER_THREADED }, { "ir", TIER_IR }, { "block", TIER_BLOCK },
    };
    for (unsigned i = 0; i < COUNT_OF(tiers); i++)
        if (!strcmp(v, tiers[i].name)) {
            o->engine.tier = tiers[i].tier;
            return;
        }
    die(USAGE_ERROR, "--engine: there is no engine '%s' (there are: switch, threaded, ir, block)", v);
}

static void apply_no_chain(struct options *o, const char *v UNUSED) { o->engine.chain = false; }
static void apply_no_regmap(struct options *o, const char *v UNUSED) { o->engine.host_config.homes = false; }
static void apply_no_indirect_cache(struct options *o, const char *v UNUSED) { o->engine.host_config.indirect_cache = false; }
static void apply_no_lazy_flags(struct options *o, const char *v UNUSED) { o->engine.lazy_flags = false; }
static void apply_no_return_prediction(struct options *o, const char *v UNUSED)
{
    o->engine.host_config.return_prediction = false;
}
static void apply_no_keep(struct options *o, const char *v UNUSED) { o->run.keep = false; }
static void apply_stats(struct options *o, const char *v UNUSED) { o->engine.stats = true; }
static void apply_no_regions(struct options *o, const char *v UNUSED) { o->engine.regions = false; }
static void apply_no_opt(struct options *o, const char *v UNUSED) { o->engine.optimise = false; }
static void apply_one_insn(struct options *o, const char *v UNUSED) { o->engine.longest_block = 1; }
static void apply_hot(struct options *o, const char *v) { o->engine.hot = (unsigned)parse_size("hot", v); }
static void apply_threshold(struct options *o, const char *v) { o->engine.threshold = (unsigned)parse_size("threshold", v); }
static void apply_features(struct options *o, const char *v) { o->features = v; }

static void apply_cache_size(struct options *o, const char *v)
{
    o->engine.cache_size = parse_size("cache-size", v);
    if (o->engine.cache_size < 64 << 10 || o->engine.cache_size > 1 << 30)
        die(USAGE_ERROR, "--cache-size %s: must be from 64K to 1G", v);
}

/* ---- looking inside ---- */

static void apply_d(struct options *o, const char *v) { o->log_items = v; }
static void apply_D(struct options *o, const char *v) { o->log_path = v; }
static void apply_log_append(struct options *o, const char *v UNUSED) { o->log_append = true; }

NORETURN static void apply_help(struct options *o, const char *v);
NORETURN static void apply_version(struct options *o UNUSED, const char *v UNUSED)
{
    puts("ferry " FERRY_VERSION);
    exit(0);
}

/* clang-format off */
static const struct option table[] = {
    { "h",        NULL,         NULL,    false, apply_help,     "print this help" },
    { "help",     NULL,         NULL,    false, apply_help,     NULL },
    { "version",  "VERSION",    NULL,    false, apply_version,  "print the version" },
    { "L",        "LD_PREFIX",  "DIR",   true,  apply_L,        "sysroot: absolute guest paths are looked for in DIR first" },
    { "E",        "SET_ENV",    "VAR=VALUE", false, apply_E,    "set a variable in the guest's environment" },
    { "U",        "UNSET_ENV",  "VAR",   false, apply_U,        "remove a variable from the guest's environment" },
    { "0",        "ARGV0",      "NAME",  false, apply_0,        "the guest's argv[0]" },
    { "s",        "STACK_SIZE", "SIZE",  true,  apply_s,        "stack of the guest's first thread (8M, or 'ulimit -s')" },
    { "cpu",      "CPU",        "MODEL", true,  apply_cpu,      "guest processor; 'help' lists them" },
    { "r",        "UNAME",      "RELEASE", true, apply_r,       "kernel release that uname reports" },
    { "B",        "GUEST_BASE", "ADDRESS", true, apply_B,       "guest base address; only 0 is possible" },
    { "R",        "RESERVED_VA", "SIZE", true,  apply_R,        "size of the guest's address space" },
    { "strace",   "STRACE",     NULL,    true,  apply_strace,   "log system calls" },
    { "d",        "LOG",        "ITEMS", true,  apply_d,        "log ITEMS, separated by commas; 'help' lists them" },
    { "D",        "LOG_FILENAME", "FILE", true, apply_D,        "log to FILE (%d: process number) instead of standard error" },
    { "append-log", NULL,       NULL,    false, apply_log_append, "add to the log file instead of replacing it" },
    { "stats",    "STATS",      NULL,    true,  apply_stats,    "print what the tiers did, when the program ends" },
    { "engine",   "ENGINE",     "NAME",  true,  apply_engine,   "switch, threaded, ir or block (the default)" },
    { "threshold", "THRESHOLD", "N",     true,  apply_threshold, "interpret a block N times before translating it" },
    { "hot",      "HOT",        "N",     true,  apply_hot,      "translate again, with all passes, what ran N times; 0: at once" },
    { "cache-size", "CACHE_SIZE", "SIZE", true, apply_cache_size, "size of the code cache (64M)" },
    { "one-insn-per-tb", "ONE_INSN_PER_TB", NULL, true, apply_one_insn, "blocks of one instruction" },
    { "no-chain", "NO_CHAIN",   NULL,    true,  apply_no_chain, "blocks do not jump to each other" },
    { "no-regmap", "NO_REGMAP", NULL,    true,  apply_no_regmap, "guest registers have no homes in host registers" },
    { "no-indirect-cache", "NO_INDIRECT_CACHE", NULL, true, apply_no_indirect_cache, "indirect jumps are not predicted or looked up in place" },
    { "no-lazy-flags", "NO_LAZY_FLAGS", NULL, true, apply_no_lazy_flags, "condition codes are computed when they are set (i386)" },
    { "no-return-prediction", "NO_RETURN_PREDICTION", NULL, true, apply_no_return_prediction, "calls and returns are ordinary jumps" },
    { "no-keep",  "NO_KEEP",    NULL,    true,  apply_no_keep,  "no translations from earlier runs or for later ones" },
    { "no-regions", "NO_REGIONS", NULL,  true,  apply_no_regions, "loops are not translated as a whole" },
    { "no-opt",   "NO_OPT",     NULL,    true,  apply_no_opt,   "no passes over the IR" },
    { "host-features", "HOST_FEATURES", "LIST", true, apply_features, "host CPU features: -NAME switches one off; 'help' lists them" },
};
/* clang-format on */

static void apply_help(struct options *o UNUSED, const char *v UNUSED)
{
    puts("Usage: ferry [options] program [arguments]\n"
         "Runs a Linux program built for another instruction set; its ELF header says which.\n\n"
         "Options (with one dash or two; the variable FERRY_x, or QEMU_x, does the same):");
    for (unsigned i = 0; i < COUNT_OF(table); i++) {
        const struct option *t = &table[i];
        if (!t->help)
            continue;
        char usage[64], variable[64] = "";
        snprintf(usage, sizeof usage, "%s%s %s", strlen(t->name) > 1 ? "--" : "-", t->name, t->value ? t->value : "");
        if (t->environment)
            snprintf(variable, sizeof variable, "[%s]", t->environment);
        printf("  %-24s %s %s\n", usage, t->help, variable);
    }
    exit(0);
}

static void inherit(struct options *o, const char *word)
{
    o->inherited = must_realloc(o->inherited, (o->inherited_count + 1) * sizeof *o->inherited);
    o->inherited[o->inherited_count++] = strdup(word);
}

static void use_option(struct options *o, const struct option *t, const char *value)
{
    t->apply(o, value);
    if (!t->inherited)
        return;
    char dashed[40];
    snprintf(dashed, sizeof dashed, "--%s", t->name);
    inherit(o, dashed);
    if (t->value)
        inherit(o, value);
}

static void read_environment(struct options *o)
{
    static const char *const prefixes[] = { "FERRY_", "QEMU_" };
    for (unsigned i = 0; i < COUNT_OF(table); i++)
        for (unsigned p = 0; p < COUNT_OF(prefixes) && table[i].environment; p++) {
            char name[64];
            snprintf(name, sizeof name, "%s%s", prefixes[p], table[i].environment);
            const char *value = getenv(name);
            if (!value)
                continue;
            use_option(o, &table[i], value);
            break;
        }
}

static const struct option *find_option(const char *word, size_t length)
{
    for (unsigned i = 0; i < COUNT_OF(table); i++)
        if (strlen(table[i].name) == length && !memcmp(table[i].name, word, length))
            return &table[i];
    return NULL;
}

/* One option at argv[at]; returns the index of the word after it. */
static int read_option(struct options *o, int argc, char **argv, int at)
{
    const char *word = argv[at] + (argv[at][1] == '-' ? 2 : 1);
    size_t length = strcspn(word, "=");
    const struct option *t = find_option(word, length);
    if (!t)
        die(USAGE_ERROR, "unknown option '%s'; 'ferry --help' lists the options", argv[at]);
    if (!t->value) {
        if (word[length])
            die(USAGE_ERROR, "option '-%s' takes no value", t->name);
        use_option(o, t, NULL);
        return at + 1;
    }
    if (word[length]) {
        use_option(o, t, word + length + 1);
        return at + 1;
    }
    if (at + 1 >= argc)
        die(USAGE_ERROR, "option '-%s' needs a value: %s", t->name, t->value);
    use_option(o, t, argv[at + 1]);
    return at + 2;
}

/* ---- lists of items ---- */

struct log_item {
    const char *name;
    uint32_t bit;
    const char *help;
};

enum { ITEM_STRACE = 1 << 30, ITEM_NOCHAIN = 1 << 29, ITEM_UNIMP = 1 << 28 };

/* clang-format off */
static const struct log_item log_items[] = {
    { "in_asm",  LOG_IN_ASM,   "guest instructions of each block" },
    { "ir",      LOG_IR,       "IR of each block as lifted" },
    { "op",      LOG_IR,       "the same" },
    { "ir_opt",  LOG_IR_OPT,   "IR of each block after the passes" },
    { "op_opt",  LOG_IR_OPT,   "the same" },
    { "out_asm", LOG_OUT_ASM,  "host instructions of each block" },
    { "exec",    LOG_EXEC,     "each block that is entered (chaining is off)" },
    { "nochain", ITEM_NOCHAIN, "chaining off" },
    { "strace",  ITEM_STRACE,  "system calls" },
    { "unimp",   ITEM_UNIMP,   "system calls that are missing, each once" },
};
/* clang-format on */

static void log_item(struct options *o, char *item)
{
    if (!strcmp(item, "help")) {
        puts("Log items (separated by commas):");
        for (unsigned i = 0; i < COUNT_OF(log_items); i++)
            printf("%-10s %s\n", log_items[i].name, log_items[i].help);
        exit(0);
    }
    for (unsigned i = 0; i < COUNT_OF(log_items); i++)
        if (!strcmp(item, log_items[i].name)) {
            o->engine.log |= log_items[i].bit;
            return;
        }
    die(USAGE_ERROR, "-d: there is no log item '%s'; '-d help' lists them", item);
}

static void feature_item(struct options *o, char *item)
{
    const struct host *host = o->engine.host;
    bool help = !strcmp(item, "help");
    if (help)
        printf("Host CPU features (%s):\n", host->name);
    else if (*item != '-')
        die(USAGE_ERROR, "--host-features: '%s' must begin with '-': features can only be switched off", item);
    for (unsigned i = 0; host->feature_names[i]; i++) {
        if (help)
            printf("  %-10s %s\n", host->feature_names[i], host->detect() >> i & 1 ? "" : "(not in this CPU)");
        if (!strcasecmp(item + 1, host->feature_names[i])) {
            o->engine.host_config.features &= ~(UINT32_C(1) << i);
            return;
        }
    }
    if (help)
        exit(0);
    die(USAGE_ERROR, "--host-features: there is no feature '%s'; '--host-features help' lists them", item + 1);
}

static FILE *open_log(const struct options *o)
{
    if (!o->log_path)
        return stderr;
    char path[4096];
    const char *number = strstr(o->log_path, "%d");
    if (number)
        snprintf(path, sizeof path, "%.*s%d%s", (int)(number - o->log_path), o->log_path, (int)getpid(), number + 2);
    else
        snprintf(path, sizeof path, "%s", o->log_path);
    FILE *log = fopen(path, o->log_append ? "ae" : "we");
    if (!log)
        die(USAGE_ERROR, "-D: cannot open '%s' for writing", path);
    setvbuf(log, NULL, _IOLBF, 0);
    return log;
}

static void set_up_logs(struct options *o)
{
    if (o->log_items)
        each_item(o, o->log_items, log_item);
    o->run.strace |= (o->engine.log & ITEM_STRACE) != 0;
    o->run.log_missing = (o->engine.log & ITEM_UNIMP) != 0;
    if (o->engine.log & ITEM_NOCHAIN)
        o->engine.chain = false;
    o->engine.log &= ~(uint32_t)(ITEM_STRACE | ITEM_NOCHAIN | ITEM_UNIMP);
    o->engine.log_file = o->run.strace_file = open_log(o);
    if (o->log_path && !strstr(o->log_path, "%d"))
        inherit(o, "--append-log"); /* for the guest programs that this one executes */
}

static void copy_environment(struct options *o, char **environment)
{
    size_t count = 0;
    while (environment[count])
        count++;
    o->environment = must_alloc((count + 1) * sizeof *o->environment);
    memcpy(o->environment, environment, (count + 1) * sizeof *o->environment);
    o->environment_count = count;
}

void options_parse(struct options *o, int argc, char **argv, char **environment)
{
    *o = (struct options){
        .engine = {
            .host = &host_x64,
            .tier = TIER_BLOCK,
            .host_config = { .homes = true, .indirect_cache = true, .return_prediction = true },
            .chain = true, .optimise = true, .regions = true, .lazy_flags = true, .threshold = DEFAULT_THRESHOLD, .hot = DEFAULT_HOT,
            .cache_size = 64 << 20, .longest_block = MAX_BLOCK_INSNS,
        },
        .run = { .keep = true },
    };
    o->engine.host_config.features = o->engine.host->detect();
    copy_environment(o, environment);
    read_environment(o);
    int at = 1;
    while (at < argc && argv[at][0] == '-' && argv[at][1]) {
        if (!strcmp(argv[at], "--")) {
            at++;
            break;
        }
        at = read_option(o, argc, argv, at);
    }
    if (o->features)
        each_item(o, o->features, feature_item);
    set_up_logs(o);
    if (at >= argc)
        die(USAGE_ERROR, "no program to run; 'ferry --help' says how to use it");
    o->program = argv[at];
    o->arguments = argv + at;
    o->run.guest_environment = o->environment;
    o->run.own_arguments = o->inherited;
    o->run.own_argument_count = o->inherited_count;
    o->run.engine = &o->engine;
}
