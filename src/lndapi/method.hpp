// The methods of LND that are served, a row each: dispatch, permission and routing follow from it. Each has a table of
// its parameters, from which both surfaces read a request, and a rune may restrict them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace lndapi {

enum class Method : unsigned char {
    track_payments,
    track_payment,
    get_info,
    get_state,
    subscribe_state,
    get_version,
    list_payments,
    delete_payment,
};

struct MethodRow;

/// What a client asks for, on either surface. Members that the method does not have are as here.
struct Request {
    const MethodRow* method = nullptr;
    bool no_inflight_updates = false;
    std::string payment_hash = {}; ///< bytes, of any number
    std::string since = {};        ///< a cursor
    bool include_incomplete = false;
    std::uint64_t index_offset = 0;
    std::uint64_t max_payments = 0;
    bool reversed = false;
    bool count_total_payments = false;
    std::uint64_t creation_date_start = 0; ///< second
    std::uint64_t creation_date_end = 0;   ///< second
    bool omit_hops = false;
    bool failed_htlcs_only = false;

    bool operator==(const Request&) const = default;
};

/// A field of the request's message.
struct Parameter {
    using Flag = bool Request::*;
    using Number = std::uint64_t Request::*;
    using Bytes = std::string Request::*;

    std::string_view name;      ///< in the proto
    std::string_view json_name; ///< the same in camelCase: a query may have either
    std::uint32_t number = 0;
    std::variant<Flag, Number, Bytes> member;
};

struct MethodRow {
    Method method;
    std::string_view grpc_path;
    std::string_view rest_verb;
    std::string_view rest_path;   ///< `{payment_hash}` stands for one segment
    std::string_view rune_method; ///< a rune must permit it; empty: no macaroon is needed
    bool streaming = false;
    std::span<const Parameter> parameters = {};
    bool needs_tracker = false; ///< status 14 while the tracker does not run
};

[[nodiscard]] std::span<const MethodRow> methods();
/// Null if this path is none of them.
[[nodiscard]] const MethodRow* find_grpc_method(std::string_view path);

} // namespace lndapi
