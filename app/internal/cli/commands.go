package cli

// commands is the grammar of the command line. A flag with a setting tag stands for that
// setting, and is read by package config with all the others.
type commands struct {
	EnvFile    string `setting:"CONFIG_PATH" placeholder:"FILE" help:"File with settings (CONFIG_PATH)."`
	DataDir    string `setting:"DATA_DIR" placeholder:"FOLDER" help:"Folder for everything the service keeps (DATA_DIR)."`
	DBClient   string `name:"db-client" setting:"DB_CLIENT" placeholder:"NAME" help:"Database: sqlite3, mysql, pg or memory (DB_CLIENT)."`
	DBFilename string `name:"db-filename" setting:"DB_FILENAME" placeholder:"FILE" help:"File of the sqlite3 database (DB_FILENAME)."`
	LogLevel   string `setting:"LOG_LEVEL" placeholder:"LEVEL" help:"Least important lines to log (LOG_LEVEL)."`
	LogStyle   string `setting:"LOG_STYLE" placeholder:"STYLE" help:"pretty or raw (LOG_STYLE)."`

	Serve       serveCommand       `cmd:"" help:"Run the service."`
	Migrate     migrateCommand     `cmd:"" help:"Change the schema of the database."`
	Users       usersCommand       `cmd:"" help:"Look after accounts."`
	Roles       rolesCommand       `cmd:"" help:"Look after roles."`
	Permissions permissionsCommand `cmd:"" help:"Look after what roles and the public may do."`
	Keys        keysCommand        `cmd:"" help:"Look after the keys that sign access tokens, and after what DATA_KEY seals."`
	Mail        mailCommand        `cmd:"" help:"Look at mails, and try whether they arrive."`
	Config      configCommand      `cmd:"" help:"Show or check the configuration."`
	Doctor      doctorCommand      `cmd:"" help:"Try what the service needs of others, and say what to fix."`
	Activity    activityCommand    `cmd:"" help:"Show the audit trail."`
	Export      exportCommand      `cmd:"" help:"Write all that the database keeps as JSON lines, which import reads into another."`
	Import      importCommand      `cmd:"" help:"Move in from an export, or from another service."`
	Version     versionCommand     `cmd:"" help:"Show the version."`
}

type migrateCommand struct {
	Up     migrateUpCommand     `cmd:"" help:"Apply what is not applied yet."`
	Down   migrateDownCommand   `cmd:"" help:"Take back what was applied last, with the data in it. Stop the service first."`
	Status migrateStatusCommand `cmd:"" help:"List what is applied and what is not."`
}

type usersCommand struct {
	Create   usersCreateCommand   `cmd:"" help:"Make an account. Asks for its password."`
	Invite   usersInviteCommand   `cmd:"" help:"Make an account and mail a link with which its owner chooses a password."`
	Suspend  usersSuspendCommand  `cmd:"" help:"Let an account log in no more, and end its sessions."`
	Activate usersActivateCommand `cmd:"" help:"Let an account log in."`
	Token    usersTokenCommand    `cmd:"" help:"Make a static token for an account, in place of the one before, or remove it."`
	Passwd   usersPasswdCommand   `cmd:"" help:"Change a password, and end the sessions of the account."`
	List     usersListCommand     `cmd:"" help:"List all accounts."`
	Import   usersImportCommand   `cmd:"" help:"Make accounts from rows of another service, with their password hashes."`
	Unlock   usersUnlockCommand   `cmd:"" help:"Forget the failed logins of an account, or what has come from a client address."`

	TFAReset usersTFAResetCommand `cmd:"" name:"tfa-reset" help:"Turn the second factor of an account off, for somebody who has lost it."`
}

type rolesCommand struct {
	List   rolesListCommand   `cmd:"" help:"List all roles."`
	Create rolesCreateCommand `cmd:"" help:"Make a role."`
	Update rolesUpdateCommand `cmd:"" help:"Change a role."`
	Delete rolesDeleteCommand `cmd:"" help:"Remove a role that no account has, with its permissions."`
}

type permissionsCommand struct {
	List   permissionsListCommand   `cmd:"" help:"List all permissions."`
	Create permissionsCreateCommand `cmd:"" help:"Let a role or the public do something."`
	Delete permissionsDeleteCommand `cmd:"" help:"Remove a permission."`
}

type importCommand struct {
	File     importFileCommand     `cmd:"" default:"withargs" help:"Read what export has written (default)."`
	Directus importDirectusCommand `cmd:"" help:"Read the database of a Directus: users, roles and live sessions, so that nobody is logged out."`
}

type keysCommand struct {
	List   keysListCommand   `cmd:"" help:"List the keys, with what each is good for."`
	Rotate keysRotateCommand `cmd:"" help:"Make the next key. It is published now, and signs when everybody could have fetched it."`
	Retire keysRetireCommand `cmd:"" help:"Remove the keys whose last token is over."`
	Reseal keysResealCommand `cmd:"" help:"Seal the secrets of second factors under DATA_KEY, after it was changed."`
}

type mailCommand struct {
	Preview mailPreviewCommand `cmd:"" help:"Show a mail as it would be sent, with sample values."`
	Test    mailTestCommand    `cmd:"" help:"Send a test mail, and say what came of it."`
}

type doctorCommand struct {
	OAuth doctorOAuthCommand `cmd:"" name:"oauth" help:"Ask the providers where people log in: are they there, do they take this client, do clocks agree, which callbacks to register."`
}

type configCommand struct {
	Print configPrintCommand `cmd:"" help:"List every setting with its value and where that comes from."`
	Check configCheckCommand `cmd:"" help:"Say what is wrong with the configuration, if anything."`
}
