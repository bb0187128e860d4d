#include "lndapi/authority.hpp"

#include "lndapi/caveat.hpp"

namespace lndapi {

namespace {

Failure refused(std::string message) {
    return {{GrpcCode::unknown, std::move(message)}};
}

} // namespace

void Authority::check(const Claim& claim, Asker asker, RuneCheck::Answer answer) {
    if (claim.macaroons.size() != 1)
        return answer(refused("expected 1 macaroon, got " + std::to_string(claim.macaroons.size())));
    const auto credential = read_credential(claim.macaroons.front());
    if (!credential)
        return answer(refused(credential.error()));
    for (const auto& caveat : credential->caveats)
        if (const auto reason = why_caveat_fails(caveat, now_(), claim.peer))
            return answer(refused(*reason));
    runes_.check(credential->rune, claim.rune_method, claim.params, std::move(asker), std::move(answer));
}

Term term_of(const Claim& claim) {
    Term term;
    const auto credential =
        claim.macaroons.size() == 1 ? read_credential(claim.macaroons.front()) : tl::unexpected<std::string>("");
    if (!credential)
        return term;
    term.rationed = is_rationed(credential->rune);
    term.end = rune_end(credential->rune);
    for (const auto& caveat : credential->caveats)
        if (const auto end = caveat_end(caveat); end && (!term.end || *end < *term.end))
            term.end = end;
    return term;
}

} // namespace lndapi
