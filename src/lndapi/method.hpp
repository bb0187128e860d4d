// The methods of LND that are served, a row each: dispatch, permission and routing follow from it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lndapi {

enum class Method : unsigned char {
    track_payments,
    track_payment,
    get_info,
    get_state,
    subscribe_state,
    get_version,
};

struct MethodRow {
    Method method;
    std::string_view grpc_path;
    std::string_view rest_verb;
    std::string_view rest_path;   ///< `{payment_hash}` stands for one segment
    std::string_view rune_method; ///< a rune must permit it; empty: no macaroon is needed
    bool streaming = false;
};

[[nodiscard]] std::span<const MethodRow> methods();
/// Null if this path is none of them.
[[nodiscard]] const MethodRow* find_grpc_method(std::string_view path);

/// What a client asks for, on either surface. Members that the method does not have are empty.
struct Request {
    const MethodRow* method = nullptr;
    bool no_inflight_updates = false;
    std::string payment_hash = {}; ///< bytes, of any number
    std::string since = {};        ///< a cursor
};

} // namespace lndapi
