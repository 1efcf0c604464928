//! `hai-long start`: runs the server until it is told to stop. A service manager keeps it running.

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

use serde_json::json;

use crate::{
    data::DataFolder,
    log::{Level, say},
    operate::{backup, home::Home, keep::Keeper, setup_code},
    sample::random_word,
    serve::{listen_for_stop, one_time_code},
    trouble::Trouble,
    verb::Verb,
    workerd::{self, Clock, Outside, Plan, Server, Voice},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "start",
    summary: "run the server until Ctrl-C or a polite kill",
    options: "",
    run: |arguments| {
        arguments.finish()?;
        start(&Home::here()?)
    },
};

/// Symbols of the token with which this program tells the server of its machine.
const TOKEN_LENGTH: usize = 40;

fn start(home: &Home) -> Result<(), Trouble> {
    let settings = &home.settings;
    // First, since it says best what a runtime that outlived its program is.
    let data = DataFolder::take(&home.data())?;
    workerd::is_free([
        settings.counter_port,
        settings.public_port,
        settings.watch_port,
        settings.manager_port,
    ])?;
    data.share()?;
    let is_told_to_stop = listen_for_stop()?;
    let plan = Plan {
        data: data.path.clone(),
        counter_port: settings.counter_port,
        manager_port: settings.manager_port,
        public_port: settings.public_port,
        watch_port: settings.watch_port,
        machine_token: random_word(TOKEN_LENGTH)?,
        setup_code: one_time_code()?,
        counter_url: settings.counter_url.clone(),
        public_url: settings.public_url.clone(),
        clock: Clock::Real,
        release: settings.release.into(),
        outside: Outside::Public,
        voice: Voice::Json,
    };
    let server = Server::run(&home.runtime(), &plan)?;
    say(
        Level::Info,
        "started",
        &json!({"version": env!("CARGO_PKG_VERSION"), "process": server.process()}),
    );
    let code = announce(&server, &plan)?;
    let keeper = Keeper {
        home: home.clone(),
        watch: server.watch(),
        token: plan.machine_token,
        process: server.process(),
        code: code.clone(),
    };
    keeper.begin();
    let ended = server.run_until(&is_told_to_stop);
    if let Some(code) = code {
        // The next start draws another.
        setup_code::forget(&code)?;
    }
    match &ended {
        Ok(()) => say(Level::Info, "stopped", &json!({})),
        Err(trouble) => say(Level::Error, "ended", &json!({"why": trouble.to_string()})),
    }
    ended
}

/// Says that the server can be used: to a person at a terminal in words, else as a line of the log. While
/// there is no account the code that creates the first stands at the terminal, else in the file that is
/// given back: a log is kept, and read by others.
fn announce(server: &Server, plan: &Plan) -> Result<Option<PathBuf>, Trouble> {
    let [counter, manager] = [server.counter(), server.manager()];
    let [public, watch] = [server.public(), server.watch()];
    let is_new = backup::accounts(&plan.data)? == 0;
    if io::stdout().is_terminal() {
        println!("ready counter {counter} manager {manager} public {public} watch {watch}");
        if is_new {
            let code = &plan.setup_code;
            println!("setup code {code} (creates the first operator)");
        }
        return Ok(None);
    }
    let code = if is_new {
        Some(setup_code::keep(&plan.data, &plan.setup_code)?)
    } else {
        // One that a kill left behind.
        setup_code::forget(&plan.data.join(setup_code::NAME))?;
        None
    };
    let ready = json!({"counter": counter, "manager": manager, "public": public, "watch": watch,
        "setup_code_in": code});
    say(Level::Info, "ready", &ready);
    Ok(code)
}
