// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace actscope::reports::test {

// clang-format off
/// One snapshot as Python's pickle.dumps writes it: by protocol 0, in lines, and by protocol 4.
/// Two devices, the second without a history; three events; one active block; a tuple, a fraction.
inline constexpr char python_pickle_0[] =
    "(dp0\nVsegments\np1\n(lp2\n(dp3\nVdevice\np4\nI0\nsVaddress\np5\nL70368744177664L\nsV"
    "total_size\np6\nI4096\nsVstream\np7\nI0\nsVsegment_type\np8\nVsmall\np9\nsVsegment_po"
    "ol_id\np10\n(I0\nI0\ntp11\nsVis_expandable\np12\nI00\nsVframes\np13\n(lp14\nsVblocks\n"
    "p15\n(lp16\n(dp17\ng5\nL70368744177664L\nsVsize\np18\nI512\nsVrequested_size\np19\nI5"
    "00\nsVstate\np20\nVactive_allocated\np21\nsg13\n(lp22\n(dp23\nVfilename\np24\nVnet.py"
    "\np25\nsVline\np26\nI7\nsVname\np27\nVforward\np28\nsa(dp29\ng24\nVtrain.py\np30\nsg2"
    "6\nI70000\nsg27\nVmain\np31\nsasa(dp32\ng5\nL70368744178176L\nsg18\nI3584\nsg19\nI0\n"
    "sg20\nVinactive\np33\nsg13\n(lp34\nsasasVdevice_traces\np35\n(lp36\n(lp37\n(dp38\nVac"
    "tion\np39\nValloc\np40\nsVaddr\np41\nL70368744177664L\nsg18\nI512\nsg7\nI0\nsVtime_us"
    "\np42\nI1000\nsVcompile_context\np43\nVN/A\np44\nsVuser_metadata\np45\nV\np46\nsg13\n"
    "g22\nsa(dp47\ng39\ng40\nsg41\nL9223372036854775816L\nsg18\nI700\nsg7\nI0\nsg42\nI1001"
    "\nsg43\ng44\nsg45\ng46\nsg13\n(lp48\ng23\nasa(dp49\ng39\nVfree_requested\np50\nsg41\n"
    "L9223372036854775816L\nsg18\nI700\nsg7\nI0\nsg42\nI1002\nsg43\ng44\nsg45\ng46\nsg13\n"
    "(lp51\nsaa(lp52\nasVallocator_settings\np53\n(dp54\nVmax_split_size\np55\nI-1\nsVgarb"
    "age_collection_threshold\np56\nF0.5\nsVroundup\np57\n(dp58\nV1\np59\nI2\nsssVexternal"
    "_annotations\np60\n(lp61\ns.";
inline constexpr char python_pickle_4[] =
    "\200\004\225\345\002\000\000\000\000\000\000}\224(\214\010segments\224]\224}\224(\214"
    "\006device\224K\000\214\007address\224\212\006\000\000\000\000\000@\214\ntotal_size\224"
    "M\000\020\214\006stream\224K\000\214\014segment_type\224\214\005small\224\214\017segm"
    "ent_pool_id\224K\000K\000\206\224\214\015is_expandable\224\211\214\006frames\224]\224"
    "\214\006blocks\224]\224(}\224(h\005\212\006\000\000\000\000\000@\214\004size\224M\000"
    "\002\214\016requested_size\224M\364\001\214\005state\224\214\020active_allocated\224h"
    "\015]\224(}\224(\214\010filename\224\214\006net.py\224\214\004line\224K\007\214\004na"
    "me\224\214\007forward\224u}\224(h\030\214\010train.py\224h\032Jp\021\001\000h\033\214"
    "\004main\224ueu}\224(h\005\212\006\000\002\000\000\000@h\022M\000\016h\023K\000h\024\214"
    "\010inactive\224h\015]\224ueua\214\015device_traces\224]\224(]\224(}\224(\214\006acti"
    "on\224\214\005alloc\224\214\004addr\224\212\006\000\000\000\000\000@h\022M\000\002h\007"
    "K\000\214\007time_us\224M\350\003\214\017compile_context\224\214\003N/A\224\214\015us"
    "er_metadata\224\214\000\224h\015h\026u}\224(h'h(h)\212\011\010\000\000\000\000\000\000"
    "\200\000h\022M\274\002h\007K\000h*M\351\003h+h,h-h.h\015]\224h\027au}\224(h'\214\016f"
    "ree_requested\224h)\212\011\010\000\000\000\000\000\000\200\000h\022M\274\002h\007K\000"
    "h*M\352\003h+h,h-h.h\015]\224ue]\224e\214\022allocator_settings\224}\224(\214\016max_"
    "split_size\224J\377\377\377\377\214\034garbage_collection_threshold\224G?\340\000\000"
    "\000\000\000\000\214\007roundup\224}\224\214\0011\224K\002su\214\024external_annotati"
    "ons\224]\224u.";
// clang-format on

inline constexpr std::array<std::string_view, 2> python_pickles = {
    std::string_view(python_pickle_0, sizeof(python_pickle_0) - 1),
    std::string_view(python_pickle_4, sizeof(python_pickle_4) - 1)};

}  // namespace actscope::reports::test
