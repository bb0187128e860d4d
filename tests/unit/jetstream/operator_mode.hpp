// A server that trusts an operator, and credentials files of its users. Made once with Python's cryptography package:
// the keys are 32 times the byte 1 (operator), 2 (account), 3 (system account), 4 (user), 5 (an account nobody knows).
#pragma once

#include <string>

namespace unit {

inline const std::string operator_config =
    "operator: eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJqdGkiOiJvIiwiaWF0IjoxNzAwMDAwMDAwLC"
    "Jpc3MiOiJPQ0ZJUlk2NU9RRTdERlA1S0xOUzJQRjJMVlpNVVpZSlg0T1pJRVEzNk4ySVFBTlVCNVhWWU9DUyIsIm5hbWUiO"
    "iJvIiwic3ViIjoiT0NGSVJZNjVPUUU3REZQNUtMTlMyUEYyTFZaTVVaWUpYNE9aSUVRMzZOMklRQU5VQjVYVllPQ1MiLCJu"
    "YXRzIjp7InR5cGUiOiJvcGVyYXRvciIsInZlcnNpb24iOjJ9fQ.AW6ljcWyB16UlsihLRaStticEmyH2_cMzIPnmOvY5fBN"
    "EBKmIQDJFsEfEBPmHiLRS8HJYw0l4Y-KTpJxBNSWDw\n"
    "system_account: ADWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435D6HD\n"
    "resolver: MEMORY\n"
    "resolver_preload: { ACATS5YOVB6ROX2WUNKGNQ2MP3GMXDMKSG2O4N5CLX3A6W4PZGZZIL2R: eyJ0eXAiOiJKV1QiL"
    "CJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJqdGkiOiJhIiwiaWF0IjoxNzAwMDAwMDAwLCJpc3MiOiJPQ0ZJUlk2NU9RRTdER"
    "lA1S0xOUzJQRjJMVlpNVVpZSlg0T1pJRVEzNk4ySVFBTlVCNVhWWU9DUyIsIm5hbWUiOiJhIiwic3ViIjoiQUNBVFM1WU9W"
    "QjZST1gyV1VOS0dOUTJNUDNHTVhETUtTRzJPNE41Q0xYM0E2VzRQWkdaWklMMlIiLCJuYXRzIjp7ImxpbWl0cyI6eyJzdWJ"
    "zIjotMSwiZGF0YSI6LTEsInBheWxvYWQiOi0xLCJpbXBvcnRzIjotMSwiZXhwb3J0cyI6LTEsIndpbGRjYXJkcyI6dHJ1ZS"
    "wiY29ubiI6LTEsImxlYWYiOi0xLCJtZW1fc3RvcmFnZSI6LTEsImRpc2tfc3RvcmFnZSI6LTEsInN0cmVhbXMiOi0xLCJjb"
    "25zdW1lciI6LTF9LCJ0eXBlIjoiYWNjb3VudCIsInZlcnNpb24iOjJ9fQ.Ad34XtnMLYcgBIzt4C1oPxKWcp_ppAzZ9LRQL"
    "H0LmO3wykTxyV9S9NVZ0R21sBPRr3xjyQDWdhtt4qdWG1afDg\n"
    "ADWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435D6HD: eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5L"
    "W5rZXkifQ.eyJqdGkiOiJzIiwiaWF0IjoxNzAwMDAwMDAwLCJpc3MiOiJPQ0ZJUlk2NU9RRTdERlA1S0xOUzJQRjJMVlpNV"
    "VpZSlg0T1pJRVEzNk4ySVFBTlVCNVhWWU9DUyIsIm5hbWUiOiJzIiwic3ViIjoiQURXVVNLR0dGREk0RlJYSzVFQlRSRUNa"
    "U1ZRU1NXSkhISk9HSDZKV0czQVVNRkZNUTQzNUQ2SEQiLCJuYXRzIjp7ImxpbWl0cyI6eyJzdWJzIjotMSwiZGF0YSI6LTE"
    "sInBheWxvYWQiOi0xLCJpbXBvcnRzIjotMSwiZXhwb3J0cyI6LTEsIndpbGRjYXJkcyI6dHJ1ZSwiY29ubiI6LTEsImxlYW"
    "YiOi0xfSwidHlwZSI6ImFjY291bnQiLCJ2ZXJzaW9uIjoyfX0.swmocOa2CfA7DbDT7Wj_f_HKLK3rvBFJKbVFCISQHws16"
    "Bkuwdq3PrvJ4YrDjDcaXyK1v4twjJfQHGW0b1p-Ag }\n";

inline std::string credentials(const std::string& jwt) {
    return "-----BEGIN NATS USER JWT-----\n" + jwt +
           "\n"
           "------END NATS USER JWT------\n"
           "\n"
           "-----BEGIN USER NKEY SEED-----\n"
           "SUAAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBH4FY\n"
           "------END USER NKEY SEED------\n";
}

/// Signed by the account.
inline const std::string user_jwt =
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJqdGkiOiJ1IiwiaWF0IjoxNzAwMDAwMDAwLCJpc3MiOiJB"
    "Q0FUUzVZT1ZCNlJPWDJXVU5LR05RMk1QM0dNWERNS1NHMk80TjVDTFgzQTZXNFBaR1paSUwyUiIsIm5hbWUiOiJ1Iiwic3V"
    "iIjoiVURGSkhMQVhBVU1IQTRPV1BPQjRQN1lPNzJBUVIySE1JVVlGT1hMWEUyRFpHTTYzM0s3SFlSRVYiLCJuYXRzIjp7In"
    "N1YnMiOi0xLCJkYXRhIjotMSwicGF5bG9hZCI6LTEsInR5cGUiOiJ1c2VyIiwidmVyc2lvbiI6Mn19.QHCDWaTqTg_rCH7c"
    "rBMiQHCptPiOlqNwTYSE04PFi71MA8vC8AbE9naDRxNIA1NeqItiY16m4vSwztOEgv0RBA";
/// Signed by another one.
inline const std::string foreign_jwt =
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJqdGkiOiJ1IiwiaWF0IjoxNzAwMDAwMDAwLCJpc3MiOiJB"
    "QlhIVUhHNUZHWUxQRDZSSEwyTUtXTVA1NzJPNktVWENaWERaSlhTNFQ1N1pUTUFLQk43REFRSSIsIm5hbWUiOiJ1Iiwic3V"
    "iIjoiVURGSkhMQVhBVU1IQTRPV1BPQjRQN1lPNzJBUVIySE1JVVlGT1hMWEUyRFpHTTYzM0s3SFlSRVYiLCJuYXRzIjp7In"
    "N1YnMiOi0xLCJkYXRhIjotMSwicGF5bG9hZCI6LTEsInR5cGUiOiJ1c2VyIiwidmVyc2lvbiI6Mn19.o_6dYcHh0_iMA6NF"
    "wMxmJO2dgKVNo6O0MNXeOSq0wdKvOYTcWM9Tqmt1baeQ1SpyD1cociKHq_Db7XGpjnJsAg";

} // namespace unit
