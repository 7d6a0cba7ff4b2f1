// Verifies a webhook with the JavaScript library of the Standard Webhooks specification: another implementation than the signer's.
// Reads {secret, payload, headers} from standard input; exits 1 and says why where the signature does not hold.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { secret, payload, headers } = JSON.parse(readFileSync(0, "utf8"));
try {
  new Webhook(secret).verify(payload, headers);
} catch (error) {
  console.log(`${error.name}: ${error.message}`);
  process.exit(1);
}
