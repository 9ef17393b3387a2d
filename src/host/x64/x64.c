/* The host x86-64 as the rest of Ferry sees it. */
#include "host/x64/features.h"
#include "host/x64/lower.h"

const struct host host_x64 = {
    .name = "x86-64",
    .feature_names = x64_feature_names,
    .detect = x64_detect,
    .make_runtime = x64_make_runtime,
    .translate = x64_translate,
    .relocate = x64_relocate,
    .link = x64_link,
    .predict = x64_predict,
    .helper_pc = x64_helper_pc,
    .save_homes = x64_save_homes,
    .signal_pc = x64_signal_pc,
    .redirect = x64_redirect,
    .reset_returns = x64_reset_returns,
};
