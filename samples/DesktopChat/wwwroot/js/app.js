// The entry point of the page. The program holds the state and store.js mirrors it; the other files show parts of it and
// request changes through api.js.
import { connect } from "./events.js";
import { setUpSidebar } from "./sidebar.js";
import { setUpThread } from "./thread.js";
import { setUpComposer } from "./composer.js";
import { setUpModels } from "./models.js";
import { setUpSettings } from "./settings.js";
import { setUpStatus } from "./status.js";
import { setUpShortcuts } from "./shortcuts.js";
import { setUpDialogs } from "./dialogs.js";
import { report } from "./notices.js";

addEventListener("unhandledrejection", event => report(event.reason));

setUpDialogs();
setUpSidebar();
setUpThread();
setUpComposer();
setUpModels();
setUpSettings();
setUpStatus();
setUpShortcuts();
connect();
