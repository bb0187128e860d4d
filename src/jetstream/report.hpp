// What the link's thread and its loop say to each other.
#pragma once

#include "jetstream/stream.hpp"

#include <variant>

namespace jetstream {

/// To the thread. `session`: the number of the one it was made in; a call of an earlier one is dropped.
struct PublishCall {
    std::uint64_t session = 0;
    std::uint64_t id = 0;
    Message message;
    std::optional<std::uint64_t> after;
};
struct LastCall {
    std::uint64_t session = 0;
    std::uint64_t id = 0;
    std::string subject;
};
struct LimitsCall {
    std::uint64_t session = 0;
};
using Call = std::variant<PublishCall, LastCall, LimitsCall>;

/// To the loop. Sessions are numbered from 1, as OpenedReports come.
struct PublishReport {
    std::uint64_t id = 0;
    tl::expected<Ack, PublishError> result;
};
struct LastReport {
    std::uint64_t id = 0;
    std::optional<StoredMessage> message;
};
struct TryingReport {
    std::string server;
};
struct LimitsReport {
    std::size_t most_bytes = 0;
    std::int64_t created_ns = 0; ///< of the stream
};
struct OpenedReport {
    std::size_t most_bytes = 0;
    std::int64_t created_ns = 0; ///< of the stream
    std::vector<std::string> differences;
};
/// A session, or the attempt to begin one.
struct EndedReport {
    std::string problem;
    bool refused; ///< by the stream; else there is no connection
};
struct StoppedReport {};
using Report =
    std::variant<PublishReport, LastReport, LimitsReport, TryingReport, OpenedReport, EndedReport, StoppedReport>;

} // namespace jetstream
