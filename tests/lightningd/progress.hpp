// Whether this part may be sent, after all earlier attempts for its hash (check_progress in lightningd/pay.c,
// src/cln/README.md, "Rows")
#pragma once

#include "sendpays.hpp"

#include "rpc/error.hpp"

#include <optional>

namespace standin {

struct ProgressCheck {
    std::optional<rpc::Error> error;
    const Row* pending = nullptr;  ///< this very part is in flight already
    const Row* complete = nullptr; ///< it was paid before: the command does nothing
};

[[nodiscard]] ProgressCheck check_progress(Ledger& ledger, const SendSpec& spec);

} // namespace standin
