// A certificate of localhost and its key, for servers of tests alone: nothing else believes it. Made by
// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUPqlC/uYns2pS8aTuLWsf5RhvpG8wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjAyNTQxM1oYDzIxMjYxMDI5
MDI1NDEzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATq+e8dmg0ryGS0H/xOq5PtxrnmybKQlq1KR52grFFOiyov0oNUX5mR
ijrHnuSa42PfMQMzEvOJa2WFo6VahVSAo2kwZzAdBgNVHQ4EFgQU83/smYNm34di
4kaltn7eOS9gGpwwHwYDVR0jBBgwFoAU83/smYNm34di4kaltn7eOS9gGpwwFAYD
VR0RBA0wC4IJbG9jYWxob3N0MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
RwAwRAIgTZ8X1SMYQR/zCH8vqpgPaV/PqHl9Ey2hpy/vgYq57nACIH74bI7+tFNT
8cmyMSErjAEfOHEbJhadux5ShctEdqwo
-----END CERTIFICATE-----
`;

export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIVk4U/98v961vHxh
4WykXBo+dtH4k+hqeB/Dnld8vnehRANCAATq+e8dmg0ryGS0H/xOq5PtxrnmybKQ
lq1KR52grFFOiyov0oNUX5mRijrHnuSa42PfMQMzEvOJa2WFo6VahVSA
-----END PRIVATE KEY-----
`;
