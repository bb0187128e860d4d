// May this part be sent, after all that was tried for its hash? (check_progress in lightningd/pay.c,
// src/cln/README.md, "Rows")
#pragma once

#include "sendpays.hpp"

#include "rpc/error.hpp"

#include <optional>

namespace standin {

struct Verdict {
    std::optional<rpc::Error> error;
    const Row* pending = nullptr;  ///< this very part is on its way already
    const Row* complete = nullptr; ///< it was paid before: the command does nothing
};

[[nodiscard]] Verdict check_progress(Ledger& ledger, const SendSpec& spec);

} // namespace standin
