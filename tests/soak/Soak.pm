# SPDX-License-Identifier: ISC
#
# What the parts share: children that run beside each other, signals for them, ledgers and what they prove.
#
# A part runs until the time is over, and prints its ledger in lines of three fields with a TAB between them: `count`,
# what, how many.  What breaks a promise is a line `violation`, TAB, and what it was.
package Soak;
use strict;
use warnings;
use Exporter 'import';
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(time sleep);
our @EXPORT = qw(any chance slurp put going scratch spawn crew strike tend run finish orphans_end count violation watch report exiting
	$noise piece piece_is);

my $parts = 10;    # of the time, in which growth is looked for
my $limit = 30;    # seconds after which a child that is to end hangs
my ($violations, %count, @order, %crew, %watched) = (0);
my $part = $0 =~ s{.*/}{}r;
my $seed = $ENV{SEED} // 1;
srand($seed * 1_000_003 + unpack('%32C*', $part));
my $begun = time;
my $end = $begun + ($ENV{SOAK_SECONDS} || 60);
$| = 1;
# Whoever has started us may ignore some, as a shell does for what it puts into the background; and so would our children.
$SIG{$_} = 'DEFAULT' for qw(HUP INT QUIT TERM USR1 CHLD ALRM);
$SIG{PIPE} = 'IGNORE';
die "$0: run it by make soak, or in tests/world with SOAK_SCRATCH=DIRECTORY\n" if !$ENV{IPCUTILS_WORLD} || !$ENV{SOAK_SCRATCH};
my $scratch = "$ENV{SOAK_SCRATCH}/$part";
mkdir $scratch or die "$scratch: $!\n";
chdir $scratch or die "$scratch: $!\n";
pipe my $nobody, my $somebody or die "pipe: $!\n";

sub any { return $_[ int rand @_ ] }
sub chance { return rand() < $_[0] }
sub scratch { return $scratch }

# Whether there is time left for something new.
sub going { return time < $end }

sub slurp {
	my ($path) = @_;
	open my $file, '<', $path or return '';
	local $/;
	return scalar(<$file>) // '';
}

sub put {
	my ($path, $text) = @_;
	open my $file, '>', $path or die "$path: $!\n";
	print $file $text;
	close $file or die "$path: $!\n";
}

# --- bytes that prove themselves ---

# Random bytes; a piece of them is known by its offset and its length.
our $noise = pack 'C*', map { int rand 256 } 1 .. 100_000;

# A piece with a head that names it, and says what else it is.  The bytes come from $from, or all of $noise.
sub piece {
	my ($what, $length, $from) = @_;
	$from //= \$noise;
	my $offset = int rand(length($$from) - $length);
	return "$what:$offset:$length:" . substr $$from, $offset, $length;
}

# What piece() was told, or undef where a byte of it is wrong.
sub piece_is {
	my ($piece, $from) = @_;
	$from //= \$noise;
	$piece =~ /^([^:]*):(\d+):(\d+):/ or return undef;
	return length $piece == $+[0] + $3 && substr($piece, $+[0]) eq substr($$from, $2, $3) ? $1 : undef;
}

# --- the ledger ---

# The first time that a name is counted says where it stands.
sub count {
	my ($what, $more) = @_;
	push @order, $what if !exists $count{$what};
	$count{$what} += $more // 1;
}

sub violation {
	my ($text) = @_;
	$violations++;
	print "violation\t", $text =~ s/[^ -~]/sprintf '\\x%02x', ord $&/ger, "\n" if $violations <= 20;
}

# Prints the ledger and ends the part.
sub report {
	grown();
	print "count\t$_\t$count{$_}\n" for @order;
	print "violation\tand ", $violations - 20, " more\n" if $violations > 20;
	exit($violations != 0);
}

# --- children ---

# Starts a command, a list, or a subroutine.  Of the options in, out and err are files or handles, mortal the signals that strike() may choose from, done
# what is called at its end with the child and its wait status, and all others are the caller's.  Without `out` it, and what it leaves
# running, holds a pipe, for orphans_end().
sub spawn {
	my ($command, %child) = @_;
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		my ($in, $out, $err) = ($child{in} // '/dev/null', $child{out} // $somebody, $child{err} // '/dev/null');
		ref $in  ? open(STDIN,  '<&', $in)  : open(STDIN,  '<', $in)   or POSIX::_exit(99);
		ref $out ? open(STDOUT, '>&', $out) : open(STDOUT, '>>', $out) or POSIX::_exit(99);
		ref $err ? open(STDERR, '>&', $err) : open(STDERR, '>>', $err) or POSIX::_exit(99);
		$SIG{PIPE} = 'DEFAULT';
		if (ref $command eq 'CODE') {
			srand($$ ^ $seed);
			POSIX::close($_) for 3 .. 99;
			$command->();
			POSIX::_exit(0);
		}
		{ exec { $command->[0] } @$command }
		POSIX::_exit(98);
	}
	return $crew{$pid} = { %child, pid => $pid, command => ref $command eq 'CODE' ? [ $child{role} // 'a child' ] : $command, struck => '' };
}

# Those that match: spawn()'s options and their values.
sub crew {
	my (%wanted) = @_;
	return grep {
		my $child = $_;
		!grep { ($child->{$_} // '') ne $wanted{$_} } keys %wanted;
	} map { $crew{$_} } sort { $a <=> $b } keys %crew;
}

# Sends some child that is mortal and was not struck yet one of its signals.  It is ours and not waited for, so its number is its own.
sub strike {
	my @targets = grep { $_->{mortal} && @{ $_->{mortal} } && !$_->{struck} } crew(@_) or return undef;
	my $child = any(@targets);
	my $signal = any(@{ $child->{mortal} });
	kill $signal, $child->{pid};
	$child->{struck} = $signal;
	count("struck by $signal");
	return $child;
}

# Looks after the children for so many seconds: takes those that have ended, and looks how the watched ones grow.
sub tend {
	my ($seconds) = @_;
	my $until = time + $seconds;
	while (1) {
		while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
			my $child = delete $crew{$pid} or next;
			$child->{done}->($child, $?) if $child->{done};
		}
		look_at($_) for values %watched;
		my $left = $until - time;
		last if $left <= 0;
		sleep($left < 0.01 ? $left : 0.01);
	}
}

# Runs a command that must end; its wait status, and what it wrote to both streams.
sub run {
	my @command = @_;
	my ($out, $status) = ("$scratch/run.out");
	unlink $out;
	my $child = spawn(\@command, out => $out, err => $out, done => sub { $status = $_[1] });
	my $late = time + $limit;
	tend(0.001) while !defined $status && time < $late;
	violation("it does not end: @command"), kill 'KILL', $child->{pid} if !defined $status;
	return ($status // -1, slurp($out));
}

# Waits until the children that match have ended; those that do not are told.  `meanwhile` is called again and again until then.
sub finish {
	my (%wanted) = @_;
	my $late = time + $limit;
	my $meanwhile = delete $wanted{meanwhile};
	while (crew(%wanted) && time < $late) {
		$meanwhile->() if $meanwhile;
		tend(0.01);
	}
	for my $child (crew(%wanted)) {
		violation("it does not end" . ($child->{struck} && " after $child->{struck}") . ": @{ $child->{command} }");
		kill 'KILL', $child->{pid};
	}
	tend(0.01) while crew(%wanted);
}

# Waits for what commands have left running: the end of the pipe, which all of them had as standard output.
sub orphans_end {
	close $somebody;
	my ($readable, $late) = ('', time + $limit);
	vec($readable, fileno $nobody, 1) = 1;
	while (time < $late) {
		select(my $ready = $readable, undef, undef, 1) or next;
		sysread $nobody, my $bytes, 4096 or last;
	}
	violation('a command that was left running does not end') if time >= $late;
	pipe $nobody, $somebody or die "pipe: $!\n";
}

# Whether a process is dead or dying.  The kernel gives back a dying one's semaphores before others can see that it is dead.
sub exiting {
	my ($pid) = @_;
	my ($state, $flags) = slurp("/proc/$pid/stat") =~ /\) (\S)(?: \S+){5} (\d+)/ or return 1;
	return $state =~ /[ZX]/ || $flags & 4;
}

# --- growth ---

# From now on a process is looked at: neither its own memory nor its descriptors grow once it is warm.
sub watch {
	my ($pid, $name) = @_;
	$watched{$pid} = { pid => $pid, name => $name, next => 0 };
}

# The most in the second third of the time is what is normal, and in the last third it is not more, but for what is there for a moment.
# What leaks little by little shows in parts of the time that are shorter: the least of each is more than that of the one before.
sub look_at {
	my ($watched) = @_;
	my $now = time;
	return if $now < $watched->{next} || $now > $end;
	$watched->{next} = $now + 0.1;
	my ($memory) = slurp("/proc/$watched->{pid}/status") =~ /^RssAnon:\s+(\d+)/m or return $watched->{gone} = 1;
	opendir my $directory, "/proc/$watched->{pid}/fd" or return;
	my $open = grep { /^\d/ } readdir $directory;
	my $third = int(3 * ($now - $begun) / ($end - $begun));
	my $most = $watched->{most}[$third] //= { memory => 0, open => 0 };
	$most->{memory} = $memory if $memory > $most->{memory};
	$most->{open} = $open if $open > $most->{open};
	my $least = $watched->{least}[ int($parts * ($now - $begun) / ($end - $begun)) ] //= { memory => $memory, open => $open };
	$least->{memory} = $memory if $memory < $least->{memory};
	$least->{open} = $open if $open < $least->{open};
}

# The parts after the first ones, in which a process is warmed up, or nothing where it was not looked at in one of them.
sub rises {
	my ($watched, $what) = @_;
	my @least = map { $_->{$what} // return () } @{ $watched->{least} // [] }[ 2 .. $parts - 1 ];
	return (grep { $least[$_] <= $least[ $_ - 1 ] } 1 .. $#least) ? () : @least;
}

sub grown {
	for my $watched (values %watched) {
		my ($warm, $last) = @{ $watched->{most} // [] }[ 1, 2 ];
		violation("$watched->{name} has ended before its time") if $watched->{gone};
		next if !$warm || !$last;
		for my $what (qw(memory open)) {
			my @least = rises($watched, $what);
			violation("$watched->{name}: it grows all the time, $what: @least") if @least;
		}
		count("$watched->{name}: kB", $last->{memory});
		count("$watched->{name}: descriptors", $last->{open});
		violation("$watched->{name}: its memory grows: $warm->{memory} kB, then $last->{memory}") if $last->{memory} > 1.25 * $warm->{memory} + 256;
		violation("$watched->{name}: its descriptors grow: $warm->{open}, then $last->{open}") if $last->{open} > $warm->{open} + 4;
	}
}

1;
