#include "sink/payment_text.hpp"

#include "json/members.hpp"
#include "wire/wire_value.hpp"

#include <algorithm>

namespace sink {

namespace {

using Kind = PaymentText::Place::Kind;

/// The record in which keysend gives the preimage to the payee (bLIP 3).
constexpr std::uint64_t keysend_preimage = 5482373484;

/// One pass: each function reads the value that `text` begins with, and returns its length. 0 if it is not as in LND's
/// proto; error() says where then.
class Finder final {
  public:
    explicit Finder(PaymentText& found) : found_(found) {}

    [[nodiscard]] std::size_t payment(std::string_view text) {
        return object(text, "payment", [&](std::string_view key, std::string_view value) -> std::size_t {
            if (key == R"("htlcs")")
                return htlcs(value);
            if (key == R"("payment_preimage")")
                return secret(Kind::hex, value, "payment_preimage");
            if (key == R"("first_hop_custom_records")")
                return records(value, "first_hop_custom_records");
            if (key == R"("failure_reason")")
                return keep(found_.failure_reason, value);
            if (key == R"("value_msat")")
                return keep(found_.value_msat, value);
            if (key == R"("fee_msat")")
                return keep(found_.fee_msat, value);
            if (key == R"("payment_request")")
                return keep(found_.payment_request, value);
            return 0;
        });
    }
    [[nodiscard]] const char* error() const { return error_; }

  private:
    std::size_t htlcs(std::string_view text) {
        return array(Kind::htlcs, text, "htlcs", [&](std::string_view htlc) {
            found_.attempts.emplace_back();
            return object(htlc, "htlcs", [&](std::string_view key, std::string_view value) -> std::size_t {
                if (key == R"("attempt_id")")
                    return keep(found_.attempts.back().id, value);
                if (key == R"("route")")
                    return route(value);
                if (key == R"("preimage")")
                    return secret(Kind::base64, value, "htlcs.preimage");
                return 0;
            });
        });
    }

    std::size_t route(std::string_view text) {
        if (is_null(text))
            return null.size();
        return object(text, "htlcs.route", [&](std::string_view key, std::string_view value) {
            return key == R"("hops")" ? hops(value) : 0;
        });
    }

    std::size_t hops(std::string_view text) {
        return array(Kind::hops, text, "htlcs.route.hops", [&](std::string_view hop) {
            ++found_.attempts.back().hops;
            return object(hop, "htlcs.route.hops", [&](std::string_view key, std::string_view value) {
                return key == R"("custom_records")" ? records(value, "htlcs.route.hops.custom_records") : 0;
            });
        });
    }

    std::size_t records(std::string_view text, const char* name) {
        if (is_null(text))
            return null.size();
        return object(text, name, [&](std::string_view key, std::string_view value) {
            const auto number = wire::decimal<std::uint64_t>(key.substr(1, key.size() - 2));
            return number == keysend_preimage ? secret(Kind::base64, value, name) : 0;
        });
    }

    std::size_t secret(Kind kind, std::string_view text, const char* name) {
        if (is_null(text))
            return null.size();
        const auto digits = json::plain_string(text, 0);
        if (!digits)
            return fail(name);
        found_.places.push_back({kind, *digits});
        return digits->size() + 2;
    }

    static std::size_t keep(std::string_view& member, std::string_view text) {
        member = text.substr(0, json::skip_value(text, 0).value_or(0));
        return member.size();
    }

    static bool is_null(std::string_view text) {
        return text.starts_with(null) && json::skip_value(text, 0) == null.size();
    }

    /// `each` gets a key with its quotes and the text from its value on, and returns the length of the value, or 0 if
    /// it has not read it.
    template <class Each>
    std::size_t object(std::string_view text, const char* name, Each each) {
        json::ObjectScanner members(text);
        while (const auto key = members.next_key()) {
            if (key->find('\\') != std::string_view::npos)
                return fail(name); // it might be any
            const std::size_t size = each(*key, members.rest());
            if (error_)
                return 0;
            if (size > 0)
                members.take_value(size);
            else if (!members.skip_value())
                break;
        }
        return members.ok() ? members.size() : fail(name);
    }

    /// Of objects.
    template <class Each>
    std::size_t array(Kind kind, std::string_view text, const char* name, Each each) {
        const auto place = found_.places.size();
        found_.places.push_back({kind, {}});
        if (!text.starts_with('['))
            return fail(name);
        auto at = json::skip_space(text, 1);
        for (bool more = !text.substr(at).starts_with(']'); more;) {
            const std::size_t size = each(text.substr(at));
            if (error_)
                return 0;
            at = json::skip_space(text, at + size);
            more = text.substr(at).starts_with(',');
            if (more)
                at = json::skip_space(text, at + 1);
        }
        if (!text.substr(at).starts_with(']'))
            return fail(name);
        found_.places[place].text = text.substr(0, at + 1);
        return at + 1;
    }

    /// The innermost name stays.
    std::size_t fail(const char* name) {
        if (!error_)
            error_ = name;
        return 0;
    }

    static constexpr std::string_view null = "null";

    PaymentText& found_;
    const char* error_ = nullptr;
};

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
    if (finder.payment(json) != json.size())
        return tl::unexpected(std::string(finder.error() ? finder.error() : "payment") + ": not as in LND's proto");
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
