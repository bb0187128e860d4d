// Serves a `delpay` that the hook holds: lists the rows, calls lightningd's own delpay and returns its result
// unchanged. Corrects one code: for a row with another status lightningd documents 211 but answers 208. A row that
// another caller deleted in between stays 208. lightningd decides; the table follows.
#pragma once

#include "cln/hook.hpp"
#include "cln/lightningd.hpp"
#include "host/declaration.hpp"
#include "json/text.hpp"
#include "payments/table.hpp"

namespace commands {

inline constexpr int no_such_payment = 208;  ///< PAY_NO_SUCH_PAYMENT, common/jsonrpc_errors.h
inline constexpr int unreadable_answer = -1; ///< JSONRPC2 "generic error", common/jsonrpc_errors.h
inline constexpr int other_status = 211;     ///< PAY_STATUS_UNEXPECTED, likewise

/// A delpay with valid parameters.
struct DelpayRequest {
    base::PaymentHash hash;
    payments::PartStatus status = payments::PartStatus::complete; ///< never pending
    struct Which {
        base::PartId partid;
        base::GroupId group;
    };
    std::optional<Which> part; ///< empty: every row of the hash with that status
};

/// Reads named or positional parameters. Refuses with the same messages as lightningd.
[[nodiscard]] tl::expected<DelpayRequest, rpc::Error> read_delpay(const json::Tree& params);
extern const host::CommandSpec delpay_spec;

class Delpay final {
  public:
    /// Receives the deleted rows, and all rows of the hash as they were before.
    using Deleted =
        std::function<void(const std::vector<payments::Row>& gone, const std::vector<payments::Row>& before)>;
    /// Receives the complete hook result: `{"return": …}`, or `continue` if lightningd must serve the call.
    using Answer = std::function<void(std::string)>;

    Delpay(cln::Lightningd& lightningd, Deleted deleted, base::Log log);

    /// Copies what it needs from the call. Calls `answer` exactly once, later.
    void serve(const DelpayRequest& request, const cln::HookedCall& call, const Answer& answer);

  private:
    void done(const DelpayRequest& request, const std::vector<payments::Row>& before, const std::string& filter,
              const tl::expected<std::string_view, rpc::Client::Failure>& reply, const Answer& answer);

    cln::Lightningd& lightningd_;
    Deleted deleted_;
    base::Log log_;
};

} // namespace commands
