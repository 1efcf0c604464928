//! `hai-long start`: runs the server until it is told to stop. A service manager keeps it running.

use serde_json::json;

use crate::{
    data::DataFolder,
    log::{Level, say},
    operate::{backup, home::Home, keep::Keeper},
    sample::random_word,
    serve::{listen_for_stop, one_time_code},
    trouble::Trouble,
    verb::Verb,
    workerd::{self, Clock, Plan, Server, Voice},
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
    workerd::is_free([
        settings.counter_port,
        settings.watch_port,
        settings.manager_port,
    ])?;
    let data = DataFolder::take(&home.data())?;
    let is_told_to_stop = listen_for_stop()?;
    let plan = Plan {
        data: data.path.clone(),
        counter_port: settings.counter_port,
        manager_port: settings.manager_port,
        watch_port: settings.watch_port,
        machine_token: random_word(TOKEN_LENGTH)?,
        setup_code: one_time_code()?,
        counter_url: settings.counter_url.clone(),
        clock: Clock::Real,
        release: settings.release.into(),
        voice: Voice::Json,
    };
    let server = Server::run(&home.runtime(), &plan)?;
    say(
        Level::Info,
        "started",
        &json!({"version": env!("CARGO_PKG_VERSION"), "process": server.process()}),
    );
    println!(
        "ready counter {} manager {} watch {}",
        server.counter(),
        server.manager(),
        server.watch()
    );
    if backup::accounts(&data.path)? == 0 {
        println!(
            "setup code {} (creates the first operator)",
            plan.setup_code
        );
    }
    let keeper = Keeper {
        home: home.clone(),
        watch: server.watch(),
        token: plan.machine_token,
        process: server.process(),
    };
    keeper.begin();
    let ended = server.run_until(&is_told_to_stop);
    match &ended {
        Ok(()) => say(Level::Info, "stopped", &json!({})),
        Err(trouble) => say(Level::Error, "ended", &json!({"why": trouble.to_string()})),
    }
    ended
}
