#include "lndapi/method.hpp"

#include <algorithm>
#include <array>

namespace lndapi {

namespace {

// LND serves State without a macaroon (lnd's rpcperms/interceptor.go).
constexpr std::array<MethodRow, 6> rows{{
    {Method::track_payments, "/routerrpc.Router/TrackPayments", "GET", "/v2/router/payments", "trackpayments", true},
    {Method::track_payment, "/routerrpc.Router/TrackPaymentV2", "GET", "/v2/router/track/{payment_hash}",
     "trackpayments", true},
    {Method::get_info, "/lnrpc.Lightning/GetInfo", "GET", "/v1/getinfo", "getinfo"},
    {Method::get_state, "/lnrpc.State/GetState", "GET", "/v1/state", ""},
    {Method::subscribe_state, "/lnrpc.State/SubscribeState", "GET", "/v1/state/subscribe", "", true},
    {Method::get_version, "/verrpc.Versioner/GetVersion", "GET", "/v2/versioner/version", "getinfo"},
}};

} // namespace

std::span<const MethodRow> methods() {
    return rows;
}

const MethodRow* find_grpc_method(std::string_view path) {
    const auto* row = std::find_if(rows.begin(), rows.end(), [&](const MethodRow& m) { return m.grpc_path == path; });
    return row == rows.end() ? nullptr : row;
}

} // namespace lndapi
