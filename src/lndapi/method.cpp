#include "lndapi/method.hpp"

#include <algorithm>
#include <array>

namespace lndapi {

namespace {

constexpr Parameter payment_hash{"payment_hash", "paymentHash", 1, &Request::payment_hash};

constexpr std::array<Parameter, 1> track_payments{
    {{"no_inflight_updates", "noInflightUpdates", 1, &Request::no_inflight_updates}}};
constexpr std::array<Parameter, 2> track_payment{
    {payment_hash, {"no_inflight_updates", "noInflightUpdates", 2, &Request::no_inflight_updates}}};
constexpr std::array<Parameter, 8> list_payments{
    {{"include_incomplete", "includeIncomplete", 1, &Request::include_incomplete},
     {"index_offset", "indexOffset", 2, &Request::index_offset},
     {"max_payments", "maxPayments", 3, &Request::max_payments},
     {"reversed", "reversed", 4, &Request::reversed},
     {"count_total_payments", "countTotalPayments", 5, &Request::count_total_payments},
     {"creation_date_start", "creationDateStart", 6, &Request::creation_date_start},
     {"creation_date_end", "creationDateEnd", 7, &Request::creation_date_end},
     {"omit_hops", "omitHops", 8, &Request::omit_hops}}};
constexpr std::array<Parameter, 2> delete_payment{
    {payment_hash, {"failed_htlcs_only", "failedHtlcsOnly", 2, &Request::failed_htlcs_only}}};

// LND serves State without a macaroon (lnd's rpcperms/interceptor.go).
constexpr std::array<MethodRow, 8> rows{{
    {Method::track_payments, "/routerrpc.Router/TrackPayments", "GET", "/v2/router/payments", "trackpayments", true,
     track_payments, true},
    {Method::track_payment, "/routerrpc.Router/TrackPaymentV2", "GET", "/v2/router/track/{payment_hash}",
     "trackpayments", true, track_payment, true},
    {Method::list_payments, "/lnrpc.Lightning/ListPayments", "GET", "/v1/payments", "trackpayments", false,
     list_payments, true},
    {Method::delete_payment, "/lnrpc.Lightning/DeletePayment", "DELETE", "/v1/payment", "delpay", false, delete_payment,
     true},
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
