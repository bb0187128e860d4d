#include "sink/payment_text.hpp"

#include "json/members.hpp"
#include "wire/wire_value.hpp"

#include <algorithm>

namespace sink {

namespace {

using Kind = PaymentText::Place::Kind;

/// The record in which keysend gives the preimage to the payee (bLIP 3).
constexpr std::uint64_t keysend_preimage = 5482373484;

class Finder final {
  public:
    explicit Finder(PaymentText& found) : found_(found) {}

    /// Each is false if the value is not as in LND's proto; error() says where then.
    [[nodiscard]] bool payment(std::string_view object) {
        return members(object, "payment", [&](std::string_view key, std::string_view value) {
            if (key == "htlcs")
                return htlcs(value);
            if (key == "payment_preimage")
                return secret(Kind::hex, value, "payment_preimage");
            if (key == "first_hop_custom_records")
                return records(value, "first_hop_custom_records");
            if (key == "failure_reason")
                found_.failure_reason = value;
            else if (key == "value_msat")
                found_.value_msat = value;
            else if (key == "fee_msat")
                found_.fee_msat = value;
            else if (key == "payment_request")
                found_.payment_request = value;
            return true;
        });
    }
    [[nodiscard]] const char* error() const { return error_; }

  private:
    [[nodiscard]] bool htlcs(std::string_view array) {
        found_.places.push_back({Kind::htlcs, array});
        return elements(array, "htlcs", [&](std::string_view htlc) {
            auto& attempts = found_.attempts;
            attempts.emplace_back();
            return members(htlc, "htlcs", [&](std::string_view key, std::string_view value) {
                if (key == "attempt_id")
                    attempts.back().id = value;
                else if (key == "route")
                    return route(value);
                else if (key == "preimage")
                    return secret(Kind::base64, value, "htlcs.preimage");
                return true;
            });
        });
    }

    [[nodiscard]] bool route(std::string_view object) {
        return object == "null" || members(object, "htlcs.route", [&](std::string_view key, std::string_view value) {
                   return key != "hops" || hops(value);
               });
    }

    [[nodiscard]] bool hops(std::string_view array) {
        found_.places.push_back({Kind::hops, array});
        return elements(array, "htlcs.route.hops", [&](std::string_view hop) {
            ++found_.attempts.back().hops;
            return members(hop, "htlcs.route.hops", [&](std::string_view key, std::string_view value) {
                return key != "custom_records" || records(value, "htlcs.route.hops.custom_records");
            });
        });
    }

    [[nodiscard]] bool records(std::string_view object, const char* name) {
        return object == "null" || members(object, name, [&](std::string_view key, std::string_view value) {
                   return wire::decimal<std::uint64_t>(key) != keysend_preimage || secret(Kind::base64, value, name);
               });
    }

    [[nodiscard]] bool secret(Kind kind, std::string_view value, const char* name) {
        if (value == "null")
            return true;
        const auto text = json::plain_string(value, 0);
        if (text)
            found_.places.push_back({kind, *text});
        return text.has_value() || fail(name);
    }

    /// A name with escapes might be any.
    template <class Each>
    [[nodiscard]] bool members(std::string_view object, const char* name, Each each) {
        json::ObjectScanner scanner(object);
        while (const auto member = scanner.next()) {
            const auto key = json::plain_string(member->key, 0);
            if (!key)
                return fail(name);
            if (!each(*key, member->value))
                return fail(name);
        }
        return (scanner.ok() && scanner.size() == object.size()) || fail(name);
    }

    template <class Each>
    [[nodiscard]] bool elements(std::string_view array, const char* name, Each each) {
        return json::for_each_element(array, each) || fail(name);
    }

    /// The innermost name stays.
    bool fail(const char* name) {
        if (!error_)
            error_ = name;
        return false;
    }

    PaymentText& found_;
    const char* error_ = nullptr;
};

/// How a place is written, or nothing if it stays.
bool changes(Kind kind, bool preimages, Omitted omitted) {
    switch (kind) {
    case Kind::hex:
    case Kind::base64:
        return !preimages;
    case Kind::hops:
        return omitted == Omitted::hops;
    case Kind::htlcs:
        return omitted == Omitted::htlcs;
    }
    return false;
}

void append_changed(std::string& out, const PaymentText::Place& place) {
    const auto end = std::min(place.text.find_last_not_of('=') + 1, place.text.size());
    switch (place.kind) {
    case Kind::hex:
        out.append(place.text.size(), '0');
        break;
    case Kind::base64: // its padding stays
        out.append(end, 'A').append(place.text.substr(end));
        break;
    case Kind::hops:
    case Kind::htlcs:
        out.append("[]");
        break;
    }
}

} // namespace

tl::expected<PaymentText, std::string> find_places(std::string_view json) {
    PaymentText found{json, {}, {}, {}, {}, {}, {}};
    Finder finder(found);
    if (!finder.payment(json))
        return tl::unexpected(std::string(finder.error()) + ": not as in LND's proto");
    return found;
}

std::string PaymentText::write(bool preimages, Omitted omitted) const {
    std::string out;
    out.reserve(json.size());
    const auto* at = json.data();
    for (const auto& place : places) {
        if (place.text.data() < at || !changes(place.kind, preimages, omitted))
            continue; // inside an array that is left out, or unchanged
        out.append(at, place.text.data());
        append_changed(out, place);
        at = place.text.data() + place.text.size();
    }
    return out.append(at, json.data() + json.size());
}

} // namespace sink
