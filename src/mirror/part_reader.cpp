#include "mirror/part_reader.hpp"

#include "cln/bare_digits.hpp"
#include "cln/payer_call.hpp"
#include "json/members.hpp"

namespace mirror {

namespace {

/// The params of an injectpaymentonion without the onion, which is four fifths of them and not read here. The whole
/// text if the onion is not the first member.
std::string_view without_onion(std::string_view params, std::string& buffer) {
    json::ObjectScanner members(params);
    const auto first = members.next();
    if (!first || first->key != "\"onion\"")
        return params;
    const auto end = static_cast<std::size_t>(first->value.data() - params.data()) + first->value.size();
    const auto rest = json::skip_space(params, end);
    if (!params.substr(rest).starts_with(','))
        return params;
    buffer.assign("{").append(params.substr(rest + 1));
    return buffer;
}

} // namespace

void PartReader::call_seen(const cln::HookedCall& call, base::UnixNs now) {
    if (call.method != "injectpaymentonion")
        return call_seen(call, call.params, now);
    std::string buffer;
    call_seen(call, without_onion(call.params, buffer), now);
}

void PartReader::call_seen(const cln::HookedCall& call, std::string_view params, base::UnixNs now) {
    if (read(call, params, now))
        return;
    const auto meant = cln::quote_bare_digits(params);
    if (meant == params || !read(call, meant, now))
        log_unreadable(call);
}

void PartReader::log_unreadable(const cln::HookedCall& call) const {
    log_(base::LogLevel::unusual, "cannot read the params of a " + std::string(call.method) + " call");
}

/// False if the call contains no part.
bool PartReader::read(const cln::HookedCall& call, std::string_view params, base::UnixNs now) {
    const auto parsed = params_.read(params);
    if (!parsed)
        return false;
    if (call.method == "createonion") {
        auto onion = cln::decode_createonion(*parsed);
        if (onion)
            onions_.created(std::move(*onion), call.caller(), now);
        return onion.has_value();
    }
    auto expected = cln::decode_payer_call(call, *parsed, height_, now);
    if (!expected)
        return false;
    const auto first = call.method == "sendonion" ? cln::decode_first_hop(*parsed, height_) : std::nullopt;
    const bool no_route = call.method == "sendpay" && expected->route.hops.empty() && !expected->route.self;
    if (no_route || (call.method == "sendonion" && !first))
        log_unreadable(call); // the part is still expected
    if (first)
        join_onion(call, *first, *parsed, *expected);
    orphans_.called(expected->hash);
    facts_.take(std::move(*expected), Source::standard_input);
    return true;
}

/// Adds the hops of the createonion to its sendonion, and the total that its onion contains for the payee.
void PartReader::join_onion(const cln::HookedCall& call, const cln::FirstHop& first, json::Value params,
                            payments::ExpectedPart& expected) {
    using payments::Payer;
    const bool payer = expected.payer != Payer::other && expected.payer != Payer::unknown;
    auto onion = onions_.take({expected.hash, call.caller(), payer, first, cln::sendonion_amount(params)});
    if (!onion)
        return;
    expected.route.hops = std::move(onion->hops);
    if (onion->total.value > 0)
        expected.total = {payments::TotalSource::total_amount, onion->total};
}

} // namespace mirror
