// Serves a `delpay` that the hook holds: lists the rows, lets lightningd's own delpay do the deleting, passes on its
// very bytes. One code is corrected: lightningd documents 211 for "has another status" and answers 208; a row that
// another caller deleted in between stays 208. lightningd is the authority; the table follows.
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

/// A delpay whose parameters are as they should be.
struct DelpayRequest {
    base::PaymentHash hash;
    payments::PartStatus status = payments::PartStatus::complete; ///< never pending
    struct Which {
        base::PartId partid;
        base::GroupId group;
    };
    std::optional<Which> part; ///< nothing: every row of the hash with that status
};

/// Named or positional. Refusals are worded as lightningd words them.
[[nodiscard]] tl::expected<DelpayRequest, rpc::Error> read_delpay(const json::Tree& params);
extern const host::CommandSpec delpay_spec;

class Delpay final {
  public:
    /// The rows that are gone, and all rows of the hash as they were before.
    using Deleted =
        std::function<void(const std::vector<payments::Row>& gone, const std::vector<payments::Row>& before)>;
    /// A complete hook result: `{"return": …}`, or `continue` when lightningd has to do it itself.
    using Answer = std::function<void(std::string)>;

    Delpay(cln::Lightningd& lightningd, Deleted deleted, base::Log log);

    /// Copies what it needs of the call. `answer` is called exactly once, later.
    void serve(const DelpayRequest& request, const cln::HookedCall& call, Answer answer);

  private:
    void done(const DelpayRequest& request, const std::vector<payments::Row>& before, const std::string& filter,
              const tl::expected<std::string_view, rpc::Client::Failure>& reply, const Answer& answer);

    cln::Lightningd& lightningd_;
    Deleted deleted_;
    base::Log log_;
};

} // namespace commands
